/**
 * Time lost between services: the caller's span less the callee's is what the network, the queue and the callee's
 * threads took. The median of an edge is judged against its usual median on a log scale, so single slow calls (a
 * garbage collection) do not count.
 */
import { median } from './order-statistics.ts';

export interface Span {
  readonly id: string;
  /** Empty for the root of a trace. */
  readonly parent: string;
  readonly service: string;
  readonly operation: string;
  readonly durationUs: number;
}

/** Seconds lost, in microseconds, on every call from one service to another. */
export interface EdgeSamples {
  readonly caller: string;
  readonly callee: string;
  readonly lostUs: readonly number[];
}

/** Half a squared deviation of this many nats is what edges show by themselves. */
const tolerated = 3;
/** Spread of lost time on a quiet edge, in nats of its logarithm. */
const usualSpread = 1;
/** Calls of one minute are not independent: more than this many say no more. */
const mostSamples = 5;
/** A caller is suspected less than the callee: the callee has only one place to lose the time. */
const callerShare = 0.5;
/** Losses below this are measured too coarsely to compare, microseconds. */
const leastUs = 1000;

export function edgesOf(spans: readonly Span[]): Map<string, EdgeSamples> {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const edges = new Map<string, { caller: string; callee: string; lostUs: number[] }>();
  for (const span of spans) {
    const parent = byId.get(span.parent);
    if (parent === undefined || parent.service === span.service) continue;
    const key = `${parent.service} ${span.service}`;
    const edge = edges.get(key) ?? { caller: parent.service, callee: span.service, lostUs: [] };
    edge.lostUs.push(Math.max(leastUs, parent.durationUs - span.durationUs));
    edges.set(key, edge);
  }
  return edges;
}

/** Evidence in nats that a service delays its callers or is slow to call; edges never seen before say nothing. */
export function delayEvidence(usual: ReadonlyMap<string, EdgeSamples>, now: ReadonlyMap<string, EdgeSamples>) {
  const evidence = new Map<string, number>();
  for (const [key, edge] of now) {
    const before = usual.get(key);
    if (before === undefined) continue;
    const centre = Math.log(median(before.lostUs));
    const deviation = (Math.log(median(edge.lostUs)) - centre) / usualSpread;
    const nats = surprise(deviation) * Math.min(edge.lostUs.length, mostSamples);
    evidence.set(edge.callee, (evidence.get(edge.callee) ?? 0) + nats);
    evidence.set(edge.caller, (evidence.get(edge.caller) ?? 0) + callerShare * nats);
  }
  return evidence;
}

function surprise(deviation: number): number {
  return deviation <= 0 ? 0 : Math.max(0, deviation ** 2 / 2 - tolerated);
}
