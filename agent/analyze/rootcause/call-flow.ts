/**
 * Ranks causes along a call graph. Harm is counted where it can be added up: what a call lost against its usual value
 * (seconds late, or share failed) times the number of calls. Harm travels from callee to caller, so what a node shows
 * beyond the harm of those it calls is its own, and a caller is "explained away" by a callee that is as badly off.
 * The call-graph reading of blame follows Hardt et al., "The PetShop dataset" (CLeaR'24); counting harm in calls,
 * so that it is conserved along edges, is what replaces their anomaly score per node.
 */
import { median, quantile } from './order-statistics.ts';

/** One metric of a node beside its number of calls, row by row; NaN where there was none. */
export interface NodeRecord {
  readonly value: readonly number[];
  readonly calls: readonly number[];
}

/** Which way is worse: latency rises, availability falls. */
export type Worse = 'higher' | 'lower';

export interface CallFlow {
  /** Caller to callees. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
  readonly usual: ReadonlyMap<string, NodeRecord>;
  readonly now: ReadonlyMap<string, NodeRecord>;
  /** Where the alert was raised; only what it calls, directly or not, can be to blame. */
  readonly alerting: string;
  readonly worse: Worse;
}

export interface Suspect {
  readonly node: string;
  /** Harm beyond that of its callees, in the metric's unit times calls. */
  readonly ownHarm: number;
  /** Own harm against the most the node usually shows over as many rows; above 1 is unusual. */
  readonly timesUsual: number;
}

/** Own harm has to be this often the largest usual one before anybody is blamed. */
const leastTimesUsual = 2;
/** Own harm below this share of the worst is not worth naming. */
const leastShare = 0.02;
/** The worst has to do at least this share of what the alerting node usually amounts to; lost time is noisy, lost calls are not. */
const leastOfAlerting: Record<Worse, number> = { higher: 0.02, lower: 0.001 };
/** A node with less history than this cannot be called unusual. */
const leastUsualRows = 10;

/** Suspects, worst first; empty when nothing reachable is worse than it usually gets. */
export function rankSuspects(flow: CallFlow): Suspect[] {
  const rows = Math.max(0, ...[...flow.now.values()].map((record) => record.value.length));
  const reachable = reachableFrom(flow.alerting, flow.calls).filter((node) => judgeable(flow, node));
  const harmNow = new Map(reachable.map((node) => [node, total(harm(flow, node, flow.now.get(node)!))]));
  const suspects = reachable.map((node) => judge(flow, node, rows, harmNow));
  const unusual = suspects.filter((suspect) => suspect.ownHarm > 0 && suspect.timesUsual >= leastTimesUsual);
  unusual.sort((a, b) => b.ownHarm - a.ownHarm || a.node.localeCompare(b.node));
  const worst = unusual[0]?.ownHarm ?? 0;
  if (worst < leastOfAlerting[flow.worse] * usualAmount(flow, rows)) return [];
  return unusual.filter((suspect) => suspect.ownHarm >= leastShare * worst);
}

/** What the alerting node's metric amounts to over as many usual rows: value times calls. */
function usualAmount(flow: CallFlow, rows: number): number {
  const usual = flow.usual.get(flow.alerting);
  const amounts = usual?.value.map((value, row) => value * usual.calls[row]!).filter(Number.isFinite) ?? [];
  return amounts.length === 0 ? 0 : rows * median(amounts);
}

function judge(flow: CallFlow, node: string, rows: number, harmNow: ReadonlyMap<string, number>): Suspect {
  const callees = (flow.calls.get(node) ?? []).filter((callee) => callee !== node && harmNow.has(callee));
  const ownHarm = harmNow.get(node)! - callees.reduce((sum, callee) => sum + harmNow.get(callee)!, 0);
  const usually = harm(flow, node, flow.usual.get(node)!);
  const windows = usually
    .slice(0, Math.max(1, usually.length - rows + 1))
    .map((_, i) => total(usually.slice(i, i + rows)));
  const most = quantile(windows, usualQuantile);
  return { node, ownHarm, timesUsual: ownHarm / Math.max(most, Number.EPSILON) };
}

/** The top twentieth of usual windows may hold incidents nobody labelled. */
const usualQuantile = 0.95;

function judgeable(flow: CallFlow, node: string): boolean {
  const usual = flow.usual.get(node)?.value.filter(Number.isFinite) ?? [];
  const now = flow.now.get(node)?.value.filter(Number.isFinite) ?? [];
  return usual.length >= leastUsualRows && now.length > 0;
}

/** Harm per row against the usual median; rows without a value or calls did none. */
function harm(flow: CallFlow, node: string, record: NodeRecord): number[] {
  const centre = median(flow.usual.get(node)!.value.filter(Number.isFinite));
  const sign = flow.worse === 'higher' ? 1 : -1;
  return record.value.map((value, row) => {
    const lost = Math.max(0, sign * (value - centre)) * (record.calls[row] ?? Number.NaN);
    return Number.isFinite(lost) ? lost : 0;
  });
}

function reachableFrom(start: string, calls: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set([start]);
  for (const node of seen) for (const callee of calls.get(node) ?? []) seen.add(callee);
  return [...seen];
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
