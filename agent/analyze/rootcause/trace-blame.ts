/**
 * Blames a service from traces, logs and processor use of a faulty period against a fault-free one. The three kinds of
 * evidence are in nats and add up; evidence from logs that a callee shows as well is explained away by that callee.
 */
import { delayEvidence, edgesOf, type Span } from './edge-delay.ts';
import { countFollowUps, deviationOf, type LogEvent } from './follow-ups.ts';
import { median } from './order-statistics.ts';

export interface Period {
  readonly spans: readonly Span[];
  readonly logs: readonly LogEvent[];
}

/** Processor use of a service in percent of its limit, before and within the faulty period. */
export interface CpuUse {
  readonly before: readonly number[];
  readonly now: readonly number[];
}

export interface Blame {
  readonly service: string;
  /** Sum of the three below. */
  readonly nats: number;
  readonly delay: number;
  readonly behaviour: number;
  readonly cpu: number;
}

/** Below this nobody is blamed. */
const leastNats = 3;
/** Nats per percentage point of processor use gained beyond `toleratedCpuGain`. */
const natsPerCpuPercent = 1;
/** A burst of ordinary work gains this much, percentage points. */
const toleratedCpuGain = 40;

/** Services worth blaming, worst first; empty when nothing deviates. */
export function blameServices(usual: Period, now: Period, cpu: ReadonlyMap<string, CpuUse>): Blame[] {
  const nowEdges = edgesOf(now.spans);
  const delays = delayEvidence(edgesOf(usual.spans), nowEdges);
  const before = countFollowUps(eventsOf(usual));
  const after = countFollowUps(eventsOf(now));
  const deviations = new Map([...after.keys()].map((service) => [service, deviationOf(service, before, after)]));
  const services = new Set([...delays.keys(), ...deviations.keys(), ...cpu.keys()]);
  const blames = [...services].map((service) => {
    const callees = [...nowEdges.values()].filter((edge) => edge.caller === service).map((edge) => edge.callee);
    const explained = Math.max(0, ...callees.map((callee) => deviations.get(callee) ?? 0));
    const behaviour = Math.max(0, (deviations.get(service) ?? 0) - explained);
    const delay = delays.get(service) ?? 0;
    const cpuNats = cpuEvidence(cpu.get(service));
    return { service, nats: delay + behaviour + cpuNats, delay, behaviour, cpu: cpuNats };
  });
  const worth = blames.filter((blame) => blame.nats >= leastNats);
  return worth.sort((a, b) => b.nats - a.nats || a.service.localeCompare(b.service));
}

/** Logs, led by the operation of the span they were written in: what an operation says first is a follow-up, too. */
function eventsOf(period: Period): LogEvent[] {
  const traceOf = new Map(period.logs.map((event) => [event.span, event.trace]));
  const starts = period.spans.flatMap(({ id, service, operation }) => {
    const trace = traceOf.get(id);
    return trace === undefined ? [] : [{ service, trace, span: id, kind: operation, atUs: -Number.MAX_VALUE }];
  });
  return [...starts, ...period.logs];
}

function cpuEvidence(use: CpuUse | undefined): number {
  if (use === undefined || use.before.length === 0 || use.now.length === 0) return 0;
  const gain = Math.max(...use.now) - median(use.before);
  return natsPerCpuPercent * Math.max(0, gain - toleratedCpuGain);
}
