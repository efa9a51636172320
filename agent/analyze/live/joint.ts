import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { SeriesId } from '../../monitor/series-store.ts';
import { lastAtMs } from '../../monitor/series-store.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { raisedSignals, type SignalTracks } from '../signals/lifecycle.ts';
import { type LevelState, levelFalseAlarmsPerDay } from './levels.ts';

/** Series whose newest sample is far off, and how often one is so by itself. */
export interface JointState {
  /** Per series: whether it was ever far off together with others of its place since it went off. */
  readonly odd: Map<SeriesId, { joined: boolean }>;
  /** Per metric: samples judged, and excursions that no other series of the place shared. */
  readonly past: Map<string, { samples: number; lone: number }>;
}

export function createJointState(): JointState {
  return { odd: new Map(), past: new Map() };
}

const dayMs = 86_400_000;
const freshWithinMs = 20_000;
// What is assumed of a metric before any excursion was counted: one in twenty thousand samples.
const assumedSamples = 20_000;
const witnessesMax = 12;
const named = 3;

/**
 * One wild sample says nothing; several at once in one place do. Series of a node or a workload whose newest samples are
 * far off together are told before each has persisted by itself. How many it takes follows from the false alarms that
 * they may raise in a day: with lone excursions at the rate `p` at which they were seen, `k` of `m` series coincide in
 * C(m, k) p^k of the samples.
 */
export function findJoint(
  scene: Scene,
  state: JointState,
  levels: LevelState,
  { touched, tracks }: { readonly touched: readonly SeriesId[]; readonly tracks: SignalTracks },
): Finding[] {
  for (const id of touched) note(scene, state, levels, id);
  const witnesses = [...state.odd.keys()].filter((id) => isWitness(scene, levels, id));
  if (witnesses.length < 2) return [];
  const told = toldPlaces(scene, tracks);
  const findings: Finding[] = [];
  for (const [place, ids] of byPlace(scene, witnesses)) {
    if (told.has(entityKey(place)) || ids.length < witnessesNeeded(scene, state, place, ids)) continue;
    for (const id of ids) state.odd.get(id)!.joined = true;
    findings.push(together(scene, levels, place, ids));
  }
  return findings;
}

function note({ monitor }: Scene, state: JointState, levels: LevelState, id: SeriesId): void {
  const usual = levels.get(id);
  if (usual === undefined) return;
  const past = pastOf(state, monitor.series.labels[id]!.metric);
  past.samples += 1;
  const known = state.odd.get(id);
  if (usual.odd !== null && known === undefined) state.odd.set(id, { joined: false });
  if (usual.odd !== null || known === undefined) return;
  state.odd.delete(id);
  if (!known.joined) past.lone += 1;
}

function pastOf({ past }: JointState, metric: string): { samples: number; lone: number } {
  const known = past.get(metric) ?? { samples: 0, lone: 0 };
  past.set(metric, known);
  return known;
}

/** What is restless by habit, old, or told already is no witness. */
function isWitness({ monitor, nowMs }: Scene, levels: LevelState, id: SeriesId): boolean {
  const usual = levels.get(id);
  const isFresh = nowMs - (lastAtMs(monitor.series, id) ?? 0) <= freshWithinMs;
  return usual !== undefined && isFresh && usual.strikesToRaise === 1 && usual.finding === null;
}

/** Nodes and workloads about which something is told already. */
function toldPlaces(scene: Scene, tracks: SignalTracks): ReadonlySet<string> {
  const told = raisedSignals(tracks).filter(({ severity }) => severity !== 'info');
  return new Set(told.flatMap(({ entity }) => [entity, ...placesOf(scene, entity)].map(entityKey)));
}

function placesOf({ topology }: Scene, { kind, id }: EntityRef): EntityRef[] {
  if (kind === 'node') return [{ kind, id }];
  const instance = kind === 'instance' ? topology.instances.get(id) : undefined;
  if (instance === undefined) return [];
  return [
    { kind: 'node', id: instance.nodeId },
    { kind: 'workload', id: instance.workloadId },
  ];
}

function byPlace(scene: Scene, witnesses: readonly SeriesId[]): [EntityRef, SeriesId[]][] {
  const places = new Map<string, [EntityRef, SeriesId[]]>();
  for (const id of witnesses) {
    for (const place of placesOf(scene, scene.monitor.series.labels[id]!.entity)) {
      const group = places.get(entityKey(place)) ?? [place, []];
      group[1].push(id);
      places.set(entityKey(place), group);
    }
  }
  return [...places.values()].filter(([, ids]) => ids.length >= 2);
}

function witnessesNeeded(scene: Scene, state: JointState, place: EntityRef, ids: readonly SeriesId[]): number {
  const { series } = scene.monitor;
  const members =
    place.kind === 'node'
      ? (scene.topology.instancesOfNode.get(place.id) ?? [])
      : (scene.topology.instancesOfWorkload.get(place.id) ?? []);
  const keys = [entityKey(place), ...members.map(({ id }) => `instance/${id}` as const)];
  const count = keys.reduce((sum, key) => sum + (series.byEntity.get(key)?.length ?? 0), 0);
  const samplesPerDay = dayMs / Math.max(1_000, Math.min(...ids.map((id) => series.cadenceMs[id]!)));
  const rates = ids.map((id) => {
    const { lone, samples } = pastOf(state, series.labels[id]!.metric);
    return (lone + 1) / (samples + assumedSamples);
  });
  const rate = Math.max(...rates);
  let perDay = samplesPerDay;
  for (let k = 1; k <= witnessesMax; k += 1) {
    perDay *= ((count - k + 1) / k) * rate;
    if (k >= 2 && perDay <= levelFalseAlarmsPerDay * count) return k;
  }
  return Number.POSITIVE_INFINITY;
}

function together(scene: Scene, levels: LevelState, place: EntityRef, ids: readonly SeriesId[]): Finding {
  const strangest = ids.toSorted((a, b) => levels.get(b)!.odd!.score - levels.get(a)!.odd!.score);
  const shown = strangest.slice(0, named).map((id) => {
    const { entity } = scene.monitor.series.labels[id]!;
    return `${entity.id} ${levels.get(id)!.odd!.text()}`;
  });
  const more = ids.length > named ? `; and ${ids.length - named} more` : '';
  return {
    kind: 'multivariate',
    entity: place,
    metric: null,
    sinceMs: Math.min(...ids.map((id) => lastAtMs(scene.monitor.series, id)!)),
    score: levels.get(strangest[0]!)!.odd!.score,
    severity: 'info',
    model: 'joint',
    explanation: `${ids.length} metrics left what is usual together: ${shown.join('; ')}${more}`,
  };
}
