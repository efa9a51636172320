import { z } from 'zod';
import { wellKnownMetrics } from '../../model/metrics.ts';
import type { LogLine, MetricSample, SpanRecord } from '../../model/observation.ts';
import { type Attributes, entityOf } from './entity.ts';

/*
 * OTLP in its JSON encoding: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. 64-bit integers are
 * decimal strings there, and receivers must ignore fields that they do not know.
 */

const int64 = z.union([z.string().regex(/^-?\d{1,20}$/), z.int()]).transform(Number);
/** Nanoseconds since 1970 do not fit a double exactly; in ms with three decimals they do. */
const nanosAsMs = z
  .union([z.string().regex(/^\d{1,20}$/), z.int().min(0)])
  .transform((nanos) => Number(BigInt(nanos) / 1_000n) / 1_000);
const number = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])]).transform(Number);

const value = z.object({
  stringValue: z.string().optional(),
  intValue: int64.optional(),
  doubleValue: number.optional(),
  boolValue: z.boolean().optional(),
});
const keyValues = z.array(z.object({ key: z.string(), value: value.optional() })).default([]);
const resource = z.object({ attributes: keyValues }).prefault({});

const point = z.object({
  attributes: keyValues,
  timeUnixNano: nanosAsMs,
  asDouble: number.optional(),
  asInt: int64.optional(),
});
const points = z.object({ dataPoints: z.array(point).default([]) });
const metric = z.object({
  name: z.string().min(1).max(255),
  unit: z.string().default('1'),
  gauge: points.optional(),
  sum: points.extend({ isMonotonic: z.boolean().default(false) }).optional(),
  histogram: z.object({ dataPoints: z.array(z.unknown()).default([]) }).optional(),
  exponentialHistogram: z.object({ dataPoints: z.array(z.unknown()).default([]) }).optional(),
  summary: z.object({ dataPoints: z.array(z.unknown()).default([]) }).optional(),
});

export const otlpMetricsSchema = z.object({
  resourceMetrics: z
    .array(
      z.object({ resource, scopeMetrics: z.array(z.object({ metrics: z.array(metric).default([]) })).default([]) }),
    )
    .default([]),
});

const logRecord = z.object({
  timeUnixNano: nanosAsMs.default(0),
  observedTimeUnixNano: nanosAsMs.default(0),
  severityNumber: z.int().min(0).max(24).default(0),
  body: value.optional(),
  attributes: keyValues,
});

export const otlpLogsSchema = z.object({
  resourceLogs: z
    .array(
      z.object({ resource, scopeLogs: z.array(z.object({ logRecords: z.array(logRecord).default([]) })).default([]) }),
    )
    .default([]),
});

const span = z.object({
  name: z.string().max(255),
  startTimeUnixNano: nanosAsMs,
  endTimeUnixNano: nanosAsMs,
  attributes: keyValues,
  status: z.object({ code: z.int().default(0) }).prefault({}),
});

export const otlpTracesSchema = z.object({
  resourceSpans: z
    .array(z.object({ resource, scopeSpans: z.array(z.object({ spans: z.array(span).default([]) })).default([]) }))
    .default([]),
});

const source = 'otlp';

/** Names of the semantic conventions that mean one of ours. */
const metricNames: Readonly<Record<string, string>> = {
  'container.cpu.utilization': 'cpu.utilization',
  'process.cpu.utilization': 'cpu.utilization',
  'system.cpu.utilization': 'cpu.utilization',
  'container.memory.usage': 'memory.usage',
  'process.memory.usage': 'memory.usage',
  'system.memory.usage': 'memory.usage',
  'system.filesystem.usage': 'disk.usage',
  'system.network.errors': 'network.errors',
  'messaging.client.consumed.messages': 'work.completed',
  'hw.temperature': 'temperature',
  'hw.power': 'power',
};

export interface MetricPush {
  readonly samples: readonly MetricSample[];
  /** Points of kinds that have no single value: histograms and summaries. */
  readonly rejected: number;
}

export function metricSamples(request: z.output<typeof otlpMetricsSchema>, clusterId: string): MetricPush {
  const samples: MetricSample[] = [];
  let rejected = 0;
  for (const { resource: from, scopeMetrics } of request.resourceMetrics) {
    for (const item of scopeMetrics.flatMap((scope) => scope.metrics)) {
      const { gauge, sum, histogram, exponentialHistogram, summary } = item;
      for (const other of [histogram, exponentialHistogram, summary]) rejected += other?.dataPoints.length ?? 0;
      for (const dataPoint of [...(gauge?.dataPoints ?? []), ...(sum?.dataPoints ?? [])]) {
        const amount = dataPoint.asDouble ?? dataPoint.asInt ?? Number.NaN;
        if (!Number.isFinite(amount)) {
          rejected += 1;
          continue;
        }
        const name = metricNames[item.name] ?? item.name;
        samples.push({
          kind: 'metric',
          source,
          observedAtMs: Math.floor(dataPoint.timeUnixNano),
          entity: entityOf(attributesOf(from.attributes, dataPoint.attributes), clusterId),
          name,
          unit: name in wellKnownMetrics ? wellKnownMetrics[name as keyof typeof wellKnownMetrics].unit : item.unit,
          type: sum?.isMonotonic ? 'counter' : 'gauge',
          value: amount,
        });
      }
    }
  }
  return { samples, rejected };
}

export function logLines(request: z.output<typeof otlpLogsSchema>, clusterId: string): LogLine[] {
  return request.resourceLogs.flatMap(({ resource: from, scopeLogs }) =>
    scopeLogs
      .flatMap((scope) => scope.logRecords)
      .map((record) => ({
        kind: 'log' as const,
        source,
        observedAtMs: Math.floor(record.timeUnixNano || record.observedTimeUnixNano),
        entity: entityOf(attributesOf(from.attributes, record.attributes), clusterId),
        severity: severityOf(record.severityNumber),
        text: valueText(record.body).slice(0, 8_192),
      })),
  );
}

export function spanRecords(request: z.output<typeof otlpTracesSchema>, clusterId: string): SpanRecord[] {
  return request.resourceSpans.flatMap(({ resource: from, scopeSpans }) =>
    scopeSpans
      .flatMap((scope) => scope.spans)
      .map((item) => {
        const called = attributesOf(item.attributes, []).get('peer.service');
        return {
          kind: 'span' as const,
          source,
          observedAtMs: Math.floor(item.endTimeUnixNano),
          entity: entityOf(attributesOf(from.attributes, []), clusterId),
          name: item.name,
          durationMs: item.endTimeUnixNano - item.startTimeUnixNano,
          failed: item.status.code === 2,
          calls: called === undefined ? null : { kind: 'workload' as const, id: called },
        };
      }),
  );
}

type KeyValues = z.output<typeof keyValues>;

/** The resource's attributes under those of the item itself. */
function attributesOf(outer: KeyValues, inner: KeyValues): Attributes {
  return new Map([...outer, ...inner].map((item) => [item.key, valueText(item.value)]));
}

function valueText(from: z.output<typeof value> | undefined): string {
  return String(from?.stringValue ?? from?.intValue ?? from?.doubleValue ?? from?.boolValue ?? '');
}

/** Ranges of four per level: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
function severityOf(severityNumber: number): LogLine['severity'] {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
  return severityNumber === 0 ? 'unknown' : levels[Math.floor((severityNumber - 1) / 4)]!;
}
