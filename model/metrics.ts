/**
 * Well-known metric names: dotted lower case, unit in metadata, after the OpenTelemetry naming rules
 * (https://opentelemetry.io/docs/specs/semconv/general/naming/). Collectors map their source's names to these.
 */
export const wellKnownMetrics = {
  'cpu.utilization': { unit: '1', type: 'gauge', of: ['instance', 'node'], means: 'share of the CPU limit in use' },
  'memory.usage': { unit: 'By', type: 'gauge', of: ['instance', 'node'], means: 'working set' },
  'disk.usage': { unit: 'By', type: 'gauge', of: ['instance', 'node'], means: 'bytes used of the declared volume' },
  'disk.errors': { unit: '{error}', type: 'counter', of: ['node'], means: 'I/O errors' },
  'network.errors': { unit: '{error}', type: 'counter', of: ['instance', 'node'], means: 'dropped or failed packets' },
  'work.completed': { unit: '{item}', type: 'counter', of: ['instance'], means: 'items finished' },
  'work.errors': { unit: '{item}', type: 'counter', of: ['instance'], means: 'items that failed' },
  'work.duration': { unit: 'ms', type: 'gauge', of: ['instance'], means: 'mean service time of recent items' },
  'queue.depth': { unit: '{message}', type: 'gauge', of: ['queue'], means: 'messages waiting' },
  'queue.oldest_age': { unit: 'ms', type: 'gauge', of: ['queue'], means: 'age of the oldest waiting message' },
  'queue.enqueued': { unit: '{message}', type: 'counter', of: ['queue'], means: 'messages accepted' },
  'queue.dequeued': { unit: '{message}', type: 'counter', of: ['queue'], means: 'messages acknowledged' },
  'queue.redelivered': { unit: '{message}', type: 'counter', of: ['queue'], means: 'messages delivered again' },
  'replica.lag': { unit: '{entry}', type: 'gauge', of: ['instance'], means: 'log entries behind the leader' },
  'clock.offset': { unit: 'ms', type: 'gauge', of: ['node'], means: 'offset from reference time' },
  temperature: { unit: 'Cel', type: 'gauge', of: ['node'], means: 'inlet temperature' },
  power: { unit: 'W', type: 'gauge', of: ['node'], means: 'electrical power drawn' },
} as const;

export type MetricName = keyof typeof wellKnownMetrics;
