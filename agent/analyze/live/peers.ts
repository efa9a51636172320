import type { EntityKind } from '../../../model/entity.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import type { CurrentLevels } from './current-level.ts';
import { freshLevel, settledMembers } from './peer-levels.ts';
import { madToSigma, median, medianDeviation } from './statistics.ts';
import { numbersInWords } from './words.ts';

export interface PeerState {
  /** First tick of an unbroken row in which a member stood apart, by `entity metric`. */
  readonly since: Map<string, number>;
  /** What the last comparison found; it holds until there are new samples. */
  findings: Finding[];
}

export function createPeerState(): PeerState {
  return { since: new Map(), findings: [] };
}

interface Compared {
  readonly metric: string;
  /** Even equal peers differ by this share of the median, or this much. */
  readonly floorRatio: number;
  readonly floor: number;
  readonly direction: 'high' | 'low' | 'both';
}

const ofInstances: readonly Compared[] = [
  { metric: 'memory.usage', floorRatio: 0.1, floor: 16 * 1_048_576, direction: 'high' },
  { metric: 'cpu.utilization', floorRatio: 0.15, floor: 0.08, direction: 'both' },
  { metric: 'work.duration', floorRatio: 0.2, floor: 2, direction: 'high' },
  { metric: 'work.completed', floorRatio: 0.2, floor: 0.5, direction: 'low' },
  { metric: 'work.errors', floorRatio: 0.25, floor: 0.2, direction: 'high' },
  { metric: 'network.errors', floorRatio: 0.25, floor: 0.3, direction: 'high' },
  { metric: 'replica.lag', floorRatio: 0.5, floor: 50, direction: 'high' },
];
const ofNodes: readonly Compared[] = [
  { metric: 'disk.errors', floorRatio: 0.25, floor: 0.1, direction: 'high' },
  { metric: 'network.errors', floorRatio: 0.25, floor: 0.3, direction: 'high' },
  { metric: 'clock.offset', floorRatio: 0.5, floor: 25, direction: 'both' },
  { metric: 'temperature', floorRatio: 0.1, floor: 3, direction: 'high' },
];

const peersMin = 2;
const zToRaise = 4;
const persistMs = 10_000;
// So far apart that it need not last.
const zAtOnce = 8;

/** Members of one workload do the same work, and nodes stand in the same room: whoever differs from all others is odd. */
export function findPeerOutliers(scene: Scene, state: PeerState, levels: CurrentLevels): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const workload of scene.inventory.workloads) {
    const ids = settledMembers(scene, workload.id);
    for (const compared of ofInstances)
      findings.push(...compare({ scene, state, levels, seen }, 'instance', ids, compared));
  }
  const nodes = scene.inventory.nodes.filter((node) => node.state === 'ready').map((node) => node.id);
  for (const compared of ofNodes) findings.push(...compare({ scene, state, levels, seen }, 'node', nodes, compared));
  for (const key of state.since.keys()) if (!seen.has(key)) state.since.delete(key);
  state.findings = findings;
  return findings;
}

interface Comparison {
  readonly scene: Scene;
  readonly state: PeerState;
  readonly levels: CurrentLevels;
  readonly seen: Set<string>;
}

function compare(
  { scene, state, levels: current, seen }: Comparison,
  kind: EntityKind,
  ids: readonly string[],
  compared: Compared,
): Finding[] {
  const levels = ids.flatMap((id) => {
    const known = freshLevel(scene, current, { kind, id }, compared.metric);
    return known === null ? [] : [{ id, ...known }];
  });
  if (levels.length < peersMin + 1) return [];
  return levels.flatMap(({ id, level, unit }): Finding[] => {
    const others = levels.filter((other) => other.id !== id).map((other) => other.level);
    const { z, usual } = outlierScore(level, others, compared);
    const odd = compared.direction === 'both' ? Math.abs(z) : compared.direction === 'high' ? z : -z;
    if (odd < zToRaise) return [];
    const key = `${kind}/${id} ${compared.metric}`;
    seen.add(key);
    const sinceMs = state.since.get(key) ?? scene.nowMs;
    state.since.set(key, sinceMs);
    if (scene.nowMs - sinceMs < persistMs && odd < zAtOnce) return [];
    const numbers = { value: level, unit, usual: null, peers: { count: others.length, median: usual } };
    return [
      {
        kind: 'peer-outlier',
        entity: { kind, id },
        metric: compared.metric,
        sinceMs,
        score: odd,
        severity: 'warning',
        model: 'peers',
        explanation: numbersInWords(compared.metric, numbers),
        numbers,
      },
    ];
  });
}

/** How many robust deviations a level stands from its peers. */
export function outlierScore(
  level: number,
  others: readonly number[],
  compared: { readonly floorRatio: number; readonly floor: number },
): { readonly z: number; readonly usual: number } {
  const usual = median(others);
  const floor = Math.max(compared.floor, compared.floorRatio * Math.abs(usual));
  const spread = Math.max(madToSigma * medianDeviation(others, usual), floor);
  return { z: (level - usual) / spread, usual };
}

/** The peer comparison of one metric, for conditions; null where it is not compared. */
export function comparedMetric(kind: EntityKind, metric: string): Compared | null {
  return (kind === 'node' ? ofNodes : ofInstances).find((compared) => compared.metric === metric) ?? null;
}
