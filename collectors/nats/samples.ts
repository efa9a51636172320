import type { EntityRef } from '../../model/entity.ts';
import { type MetricName, wellKnownMetrics } from '../../model/metrics.ts';
import type { MetricSample } from '../../model/observation.ts';
import type { BrokerStatus } from './brokers.ts';
import type { StreamPicture } from './groups.ts';
import type { ConsumerView } from './monitoring.ts';

/** Samples of one stream: its queue, and how far each replica is behind. What no leader tells is left out. */
export function streamSamples(picture: StreamPicture): MetricSample[] {
  const { best, atMs, group } = picture;
  const queue: EntityRef = { kind: 'queue', id: group.id };
  const consumers = consumersAtLeaders(picture);
  const removesAcknowledged = best.retention !== 'limits';
  const of = (name: MetricName, value: number | null): MetricSample[] =>
    value === null ? [] : [sample(queue, name, value, atMs)];
  const depth = removesAcknowledged ? best.messages : backlog(consumers);
  return [
    ...of('queue.depth', depth),
    ...of('queue.oldest_age', oldestAgeMs(picture, depth)),
    ...of('queue.enqueued', best.lastSeq),
    ...of('queue.dequeued', removesAcknowledged ? best.lastSeq - best.messages : slowest(consumers)),
    ...of('queue.redelivered', consumers && sum(consumers.map(({ redelivered }) => redelivered))),
    ...[...picture.lags].map(([id, lag]) => sample({ kind: 'instance', id }, 'replica.lag', lag, atMs)),
  ];
}

/** Bytes on disk per server. A server whose JetStream is off says nothing about its disk. */
export function brokerSamples({ instanceId, view }: BrokerStatus): MetricSample[] {
  if (view?.storageBytes == null) return [];
  return [sample({ kind: 'instance', id: instanceId }, 'disk.usage', view.storageBytes, view.atMs)];
}

/** The consumers as their own leaders count them, which need not be the stream's; null when one leader is silent. */
function consumersAtLeaders({ views, best }: StreamPicture): ConsumerView[] | null {
  const own = best.consumers.map(({ name }) =>
    [...views.values()]
      .flatMap((view) => view.consumers.filter((consumer) => consumer.name === name && view.holder === consumer.leader))
      .at(0),
  );
  return own.every((consumer) => consumer !== undefined) ? own : null;
}

/**
 * Age of the first message kept. It waits only where acknowledged messages go away; a stream that keeps everything
 * cannot tell, unless nothing waits at all.
 */
function oldestAgeMs({ best, atMs }: StreamPicture, depth: number | null): number | null {
  if (depth === 0) return 0;
  if (best.retention === 'limits' || best.firstAtMs === null) return null;
  return Math.max(0, atMs - best.firstAtMs);
}

/** Messages not yet delivered or not yet acknowledged. */
function backlog(consumers: readonly ConsumerView[] | null): number | null {
  return consumers && sum(consumers.map(({ pending, ackPending }) => pending + ackPending));
}

/** As far as the slowest consumer has acknowledged without a gap. */
function slowest(consumers: readonly ConsumerView[] | null): number | null {
  if (consumers === null || consumers.length === 0) return null;
  return Math.min(...consumers.map(({ ackedSeq }) => ackedSeq));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function sample(entity: EntityRef, name: MetricName, value: number, observedAtMs: number): MetricSample {
  const { unit, type } = wellKnownMetrics[name];
  return { kind: 'metric', source: 'nats', observedAtMs, entity, name, unit, type, value };
}
