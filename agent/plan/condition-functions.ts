import { currentLevel } from '../analyze/live/current-level.ts';
import { limitOf } from '../analyze/live/limits.ts';
import { comparedMetric, outlierScore } from '../analyze/live/peers.ts';
import { theilSen, thin } from '../analyze/live/statistics.ts';
import type { SeriesId } from '../monitor/series-store.ts';
import { findSeries, lastValue } from '../monitor/series-store.ts';
import { freshnessMs, ratePerSecond, readWindow, type SeriesWindow } from '../monitor/series-window.ts';
import { groupsOfQueue } from '../monitor/topology.ts';
import type { ConditionFacts, EntityValue } from './condition-facts.ts';
import { instanceIn, isReady, NoData, topologyIn } from './condition-facts.ts';
import { metricOf } from './metric-words.ts';
import { keepsUp, neededInstances } from './needed-instances.ts';

// The type checker has matched arguments to the signature; a duration becomes ms by `Number()`.
type Argument = EntityValue & string;

/** One function that conditions may call. Numbers are doubles, times are ms. */
export interface ConditionFunction {
  /** `series.last(Entity, string): double`. */
  readonly signature: string;
  readonly means: string;
  readonly call: (facts: ConditionFacts, ...args: Argument[]) => number | boolean | string;
}

// An older sample is no answer to a question about now.
const freshWithinMs = 30_000;
// Stands for "never, as far as can be seen": larger than any horizon that a condition compares with.
const neverMs = 1e15;

function seriesOf(facts: ConditionFacts, entity: EntityValue, word: string): SeriesId {
  const metric = metricOf(word);
  const id = metric === null ? null : findSeries(facts.monitor.series, entity, metric);
  if (id === null) throw new NoData(`${entity.id} has no ${word}`);
  const ageMs = freshnessMs(facts.monitor.series, id, facts.nowMs);
  const allowedMs = Math.max(freshWithinMs, 4 * facts.monitor.series.cadenceMs[id]!);
  if (ageMs > allowedMs) throw new NoData(`${word} of ${entity.id} is ${Math.round(ageMs / 1000)} s old`);
  return id;
}

function windowOf(facts: ConditionFacts, entity: EntityValue, word: string, overMs: number): SeriesWindow {
  const window = readWindow(facts.monitor.series, seriesOf(facts, entity, word), facts.nowMs - overMs, facts.nowMs);
  const covered = window.values.length < 8 ? 0 : window.atMs.at(-1)! - window.atMs[0]!;
  if (covered < overMs / 2) throw new NoData(`less than half of the asked time of ${word} of ${entity.id} is known`);
  return window;
}

const given = (value: number | null, what: string): number => {
  if (value === null) throw new NoData(what);
  return value;
};

const series: ConditionFunction[] = [
  {
    signature: 'series.last(Entity, string): double',
    means: 'newest value of a metric, in its unit; no answer when older than 30 s',
    call: (facts, entity, word) => given(lastValue(facts.monitor.series, seriesOf(facts, entity, word)), 'no sample'),
  },
  {
    signature: 'series.limit(Entity, string): double',
    means: 'declared limit of a metric: memory limit, disk size, or the bound of its SLO',
    call: (facts, entity, word) =>
      given(
        limitOf(topologyIn(facts), facts.analysis.scene?.slos ?? [], entity, metricOf(word) ?? word),
        `${word} of ${entity.id} has no limit`,
      ),
  },
  {
    signature: 'series.rate(Entity, string): double',
    means: 'growth of a counter per second over the last minute',
    call: (facts, entity, word) =>
      given(ratePerSecond(facts.monitor.series, seriesOf(facts, entity, word), facts.nowMs, 60_000), 'too few samples'),
  },
  {
    signature: 'series.usual(Entity, string): double',
    means: 'median level of the last twenty minutes, the newest minute and unusual times left out',
    call: (facts, entity, word) => {
      const usual = facts.analysis.levels.get(seriesOf(facts, entity, word));
      return given(usual?.recent.center ?? null, `what is usual for ${word} of ${entity.id} is not known yet`);
    },
  },
  {
    signature: 'forecast.timeToLimitMs(Entity, string): double',
    means: 'ms until a metric reaches its limit at its present trend; very large when it does not rise',
    call: (facts, entity, word) => {
      seriesOf(facts, entity, word);
      const key = `${entity.kind}/${entity.id} ${metricOf(word)}`;
      const fit = facts.analysis.trends.fits.get(key);
      if (fit === undefined) throw new NoData(`${word} of ${entity.id} has no limit to run into`);
      return fit.trend?.crossMsP50 ?? neverMs;
    },
  },
  {
    signature: 'trend.monotonic(Entity, string, google.protobuf.Duration): bool',
    means: 'a metric has risen steadily over a time (Mann-Kendall z above 3)',
    call: (facts, entity, word, over) => {
      const window = windowOf(facts, entity, word, Number(over));
      const thinned = thin(window, 40);
      return (theilSen(thinned.atMs, thinned.values)?.z ?? 0) > 3;
    },
  },
  {
    signature: 'trend.falling(Entity, string, google.protobuf.Duration): bool',
    means: 'a metric has fallen steadily over a time (Mann-Kendall z below -3)',
    call: (facts, entity, word, over) => {
      const window = windowOf(facts, entity, word, Number(over));
      const thinned = thin(window, 40);
      return (theilSen(thinned.atMs, thinned.values)?.z ?? 0) < -3;
    },
  },
  {
    signature: 'peers.outlier(Entity, string): double',
    means: 'robust deviations by which a member stands above (or below) the other members of its workload',
    call: peersOutlier,
  },
];

function peersOutlier(facts: ConditionFacts, entity: EntityValue, word: string): number {
  const metric = metricOf(word) ?? word;
  const topology = topologyIn(facts);
  const peers =
    entity.kind === 'node' ? topology.inventory.nodes : (topology.instancesOfWorkload.get(entity.workload) ?? []);
  const levels = peers.flatMap((peer) => {
    const id = findSeries(facts.monitor.series, { kind: entity.kind, id: peer.id }, metric);
    const fresh = id !== null && freshnessMs(facts.monitor.series, id, facts.nowMs) <= freshWithinMs;
    const level = fresh ? currentLevel(facts.analysis.current, id) : null;
    return level === null ? [] : [{ id: peer.id, level }];
  });
  const own = levels.find((one) => one.id === entity.id);
  const others = levels.filter((one) => one.id !== entity.id).map((one) => one.level);
  if (own === undefined || others.length < 2) throw new NoData(`${entity.id} has fewer than two peers with ${word}`);
  return outlierScore(own.level, others, comparedMetric(entity.kind, metric) ?? { floorRatio: 0.15, floor: 0 }).z;
}

function members(facts: ConditionFacts, workloadId: string) {
  return topologyIn(facts).instancesOfWorkload.get(workloadId) ?? [];
}

function workloadIn(facts: ConditionFacts, id: string) {
  const workload = topologyIn(facts).workloads.get(id);
  if (workload === undefined) throw new NoData(`workload ${id} is not known`);
  return workload;
}

const workloads: ConditionFunction[] = [
  {
    signature: 'workload.desired(string): double',
    means: 'instances that should run',
    call: (facts, id) => workloadIn(facts, id).desired,
  },
  {
    signature: 'workload.ready(string): double',
    means: 'instances that run and are ready',
    call: (facts, id) => members(facts, id).filter(isReady).length,
  },
  {
    signature: 'workload.healthyShare(string): double',
    means: 'ready instances as a share of those that should run',
    call: (facts, id) => members(facts, id).filter(isReady).length / Math.max(1, workloadIn(facts, id).desired),
  },
  {
    signature: 'workload.needed(string): double',
    means:
      'readers that would keep up with what now arrives and work off what waits in five minutes, busy 85 % of their time',
    call: neededInstances,
  },
  {
    signature: 'workload.keepsUp(string): bool',
    means: 'less waits in the queue that it reads than it takes in five seconds',
    call: keepsUp,
  },
  {
    signature: 'workload.canRollback(string): bool',
    means: 'the version before the present one is known',
    call: (facts, id) => (workloadIn(facts, id).previousVersion ?? '') !== '',
  },
];

const entities: ConditionFunction[] = [
  {
    signature: 'entity.held(Entity): bool',
    means: 'a person keeps the agent off it, or off the workload, node or cluster it belongs to',
    call: (facts, entity) =>
      facts.holds.some(
        (hold) =>
          hold.untilMs > facts.nowMs &&
          ((hold.entity.kind === entity.kind && hold.entity.id === entity.id) ||
            (hold.entity.kind === 'workload' && hold.entity.id === entity.workload) ||
            (hold.entity.kind === 'node' && hold.entity.id === entity.node) ||
            hold.entity.kind === 'cluster'),
      ),
  },
  {
    signature: 'signal.raised(Entity, string): bool',
    means: 'a signal of that kind is raised about the entity now',
    call: (facts, entity, kind) =>
      facts.signals.some((s) => s.kind === kind && s.entity.kind === entity.kind && s.entity.id === entity.id),
  },
  {
    signature: 'instance.ready(Entity): bool',
    means: 'it runs, is on its network, and its health check (where it has one) passes',
    call: (facts, entity) => isReady(instanceIn(facts, entity.id)),
  },
  {
    signature: 'instance.state(Entity): string',
    means: 'running, starting, stopped, paused or unknown',
    call: (facts, entity) => instanceIn(facts, entity.id).state,
  },
  {
    signature: 'instance.attached(Entity): bool',
    means: 'it is attached to its network',
    call: (facts, entity) => instanceIn(facts, entity.id).networkAttached,
  },
  {
    signature: 'instance.upMs(Entity): double',
    means: 'ms since it started',
    call: (facts, entity) => {
      const { startedAtMs } = instanceIn(facts, entity.id);
      return facts.nowMs - given(startedAtMs, `when ${entity.id} started is not known`);
    },
  },
  {
    signature: 'instance.leads(Entity): bool',
    means: 'it leads a replica group',
    call: (facts, entity) => topologyIn(facts).inventory.replicaGroups.some((group) => group.leaderId === entity.id),
  },
  {
    signature: 'group.spare(Entity): double',
    means: 'online in-sync members beyond the quorum, the least over the groups of the entity',
    call: groupSpare,
  },
  {
    signature: 'group.ledBy(Entity): string',
    means: 'id of the leader of a replica group',
    call: (facts, entity) => topologyIn(facts).groups.get(entity.id)?.leaderId ?? '',
  },
  {
    signature: 'node.ready(Entity): bool',
    means: 'the engine calls the node ready',
    call: (facts, entity) => nodeIn(facts, entity.node).state === 'ready',
  },
  {
    signature: 'node.shows(Entity, string): bool',
    means: 'a signal of that kind is raised now about the node or an instance that it carries',
    call: (facts, entity, kind) => {
      const carried = new Set((topologyIn(facts).instancesOfNode.get(entity.node) ?? []).map(({ id }) => id));
      return facts.signals.some(
        (s) =>
          s.kind === kind &&
          ((s.entity.kind === 'node' && s.entity.id === entity.node) ||
            (s.entity.kind === 'instance' && carried.has(s.entity.id))),
      );
    },
  },
  {
    signature: 'node.cordoned(Entity): bool',
    means: 'nothing new is placed on the node',
    call: (facts, entity) => nodeIn(facts, entity.node).cordoned,
  },
  {
    signature: 'node.carries(Entity): double',
    means: 'instances on the node',
    call: (facts, entity) => topologyIn(facts).instancesOfNode.get(entity.node)?.length ?? 0,
  },
  {
    signature: 'cluster.openNodes(): double',
    means: 'nodes that are ready and not cordoned',
    call: (facts) => topologyIn(facts).inventory.nodes.filter((n) => n.state === 'ready' && !n.cordoned).length,
  },
  {
    signature: 'queue.paused(Entity): bool',
    means: 'its consumers are paused',
    call: (facts, entity) => {
      const queue = topologyIn(facts).queues.get(entity.id);
      if (queue === undefined) throw new NoData(`queue ${entity.id} is not known`);
      return queue.consumerPaused;
    },
  },
  {
    signature: 'queue.draining(Entity): bool',
    means: 'it is nearly empty, or its depth has fallen steadily over the last minute',
    call: (facts, entity) => {
      const window = windowOf(facts, entity, 'queue.depth', 60_000);
      const last = window.values.at(-1)!;
      const thinned = thin(window, 40);
      return last <= 20 || (theilSen(thinned.atMs, thinned.values)?.z ?? 0) < -2;
    },
  },
];

function groupSpare(facts: ConditionFacts, entity: EntityValue): number {
  const topology = topologyIn(facts);
  const groups =
    entity.kind === 'replica-group'
      ? [topology.groups.get(entity.id)].flatMap((group) => group ?? [])
      : entity.kind === 'queue'
        ? groupsOfQueue(topology, entity.id)
        : (topology.groupsOfInstance.get(entity.id) ?? []);
  if (groups.length === 0) throw new NoData(`${entity.id} is in no replica group`);
  return Math.min(...groups.map((g) => g.members.filter((m) => m.online && m.inSync).length - g.quorum));
}

function nodeIn(facts: ConditionFacts, id: string) {
  const node = topologyIn(facts).nodes.get(id);
  if (node === undefined) throw new NoData(`node ${id} is not known`);
  return node;
}

/** Every function that a condition may call. The reference page is made from this list. */
export const conditionFunctions: readonly ConditionFunction[] = [...series, ...workloads, ...entities];
