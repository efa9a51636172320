import type { FailurePrediction } from '../../../model/forecast.ts';
import type { Node } from '../../../model/inventory.ts';
import type { ModelCard } from '../../../model/model-card.ts';
import { findSeries, lastValue, type SeriesId } from '../../monitor/series-store.ts';
import { counterIncrease, freshnessMs, readWindow } from '../../monitor/series-window.ts';
import {
  failureProbability,
  failureReasons,
  type HazardWeights,
  hazardPrior,
  learnOutcome,
  type Symptoms,
} from '../failure/node-hazard.ts';
import type { Scene } from '../signals/finding.ts';
import { median } from './statistics.ts';

/** One look at one node, to be held against what came. */
interface Look {
  readonly nodeId: string;
  readonly atMs: number;
  readonly seen: Symptoms;
  readonly probability: number;
  /** What the share of failures so far would have said. */
  readonly baseRate: number;
}

/** The failures of nodes: what is expected, what came, and what was learned from it. */
export interface Hazards {
  weights: HazardWeights;
  lookedAtMs: number;
  /** Not yet scored, oldest first. */
  readonly open: Look[];
  /** Looks scored, failures among them, and the sums of squared errors of model and base rate (G. W. Brier, 1950). */
  scored: number;
  failures: number;
  squares: number;
  baseSquares: number;
  readonly told: Map<string, { readonly atMs: number; readonly probability: number }>;
  cardAtMs: number;
  since: number;
}

export function createHazards(): Hazards {
  return {
    weights: hazardPrior,
    lookedAtMs: 0,
    open: [],
    scored: 0,
    failures: 0,
    squares: 0,
    baseSquares: 0,
    told: new Map(),
    cardAtMs: 0,
    since: 0,
  };
}

const minuteMs = 60_000;
const horizonMs = 30 * minuteMs;
const lookEveryMs = minuteMs;
/** Looks that wait for their score: 1,000 nodes of thirty each. */
const openMax = 30_000;
const errorsOverMs = 5 * minuteMs;
const worthTelling = 0.1;
const tellEveryMs = 10 * minuteMs;
const cardEveryMs = 60 * minuteMs;
const freshWithinMs = 60_000;
/** Counts as seen before anything was, so that the first failures do not make the base rate jump. */
const priorLooks = 1_000;

export interface HazardTick {
  readonly predictions: readonly FailurePrediction[];
  readonly cards: readonly ModelCard[];
}

/** Scores what is over, learns from it, and looks at every node anew every minute. */
export function updateHazards(scene: Scene, state: Hazards): HazardTick {
  scoreLooks(scene, state);
  if (scene.nowMs - state.lookedAtMs < lookEveryMs) return { predictions: [], cards: [] };
  state.lookedAtMs = scene.nowMs;
  if (state.since === 0) state.since = scene.nowMs;
  const predictions = scene.inventory.nodes.filter(isWatched).flatMap((node) => look(scene, state, node));
  for (const id of state.told.keys()) if (!scene.topology.nodes.has(id)) state.told.delete(id);
  const due = state.scored > 0 && scene.nowMs - state.cardAtMs >= cardEveryMs;
  if (due) state.cardAtMs = scene.nowMs;
  return { predictions, cards: due ? [hazardCard(state, scene.nowMs)] : [] };
}

/** A node that people have cordoned goes down by their hand: that teaches nothing. */
function isWatched({ state, cordoned }: Node): boolean {
  return state === 'ready' && !cordoned;
}

function look(scene: Scene, state: Hazards, { id }: Node): FailurePrediction[] {
  const seen = symptomsOf(scene, id);
  if (seen === null) return [];
  const probability = failureProbability(state.weights, seen);
  const baseRate = (state.failures + 1) / (state.scored + priorLooks);
  if (state.open.length < openMax) state.open.push({ nodeId: id, atMs: scene.nowMs, seen, probability, baseRate });
  const told = state.told.get(id);
  const isNews = told === undefined || scene.nowMs - told.atMs >= tellEveryMs || probability >= 2 * told.probability;
  if (probability < worthTelling || !isNews) return [];
  state.told.set(id, { atMs: scene.nowMs, probability });
  return [
    {
      type: 'failure-prediction',
      atMs: scene.nowMs,
      entity: { kind: 'node', id },
      how: 'node goes down',
      horizonMs,
      probability: Number(probability.toFixed(3)),
      expectedInMs: null,
      model: hazardModel,
      reasons: failureReasons(state.weights, seen),
    },
  ];
}

const hazardModel = 'node-hazard';

/** Null where nothing fresh is known of the node: no opinion. */
function symptomsOf(scene: Scene, nodeId: string): Symptoms | null {
  const { monitor, topology, nowMs } = scene;
  const { series } = monitor;
  const fresh = (metric: string) => {
    const id = findSeries(series, { kind: 'node', id: nodeId }, metric);
    return id !== null && freshnessMs(series, id, nowMs) <= freshWithinMs ? id : null;
  };
  const perMinute = (metric: string) => {
    const id = fresh(metric);
    const grown = id === null ? null : counterIncrease(series, id, nowMs - errorsOverMs, nowMs);
    return grown === null || grown.overMs <= 0 ? 0 : (minuteMs * grown.increase) / grown.overMs;
  };
  const temperature = fresh('temperature');
  if (temperature === null && fresh('disk.errors') === null && fresh('network.errors') === null) return null;
  const own = new Set((topology.instancesOfNode.get(nodeId) ?? []).map((instance) => instance.id));
  const ends = monitor.events.filter(({ name, entity }) => name === 'instance.died' && own.has(entity.id));
  return {
    diskErrorsPerMinute: perMinute('disk.errors'),
    networkErrorsPerMinute: perMinute('network.errors'),
    instanceEnds: ends.filter(({ observedAtMs }) => nowMs - observedAtMs <= horizonMs).length,
    temperatureCel: temperature === null ? 0 : lastValue(series, temperature)!,
    temperatureAheadCel: temperature === null ? 0 : aheadOf(scene, temperature),
  };
}

// Noise of a sensor is no rise: medians of two halves of two minutes are compared.
const riseOverMs = 2 * minuteMs;
const aheadMs = 3 * minuteMs;

function aheadOf({ monitor, nowMs }: Scene, id: SeriesId): number {
  const { values } = readWindow(monitor.series, id, nowMs - riseOverMs, nowMs);
  const last = lastValue(monitor.series, id)!;
  const half = values.length >> 1;
  if (half < 3) return last;
  const rise = median(values.subarray(half)) - median(values.subarray(0, half));
  return last + Math.max(0, (rise * aheadMs) / (riseOverMs / 2));
}

/** A look is over when its node is down, or its horizon has passed; one whose node left or was cordoned has no answer. */
function scoreLooks({ topology, nowMs }: Scene, state: Hazards): void {
  const kept = state.open.filter((one) => {
    const node = topology.nodes.get(one.nodeId);
    if (node === undefined || node.cordoned || node.state === 'parked') return false;
    const failed = node.state === 'not-ready' || node.state === 'unknown';
    if (!failed && nowMs - one.atMs < horizonMs) return true;
    state.scored += 1;
    state.failures += Number(failed);
    state.squares += (Number(failed) - one.probability) ** 2;
    state.baseSquares += (Number(failed) - one.baseRate) ** 2;
    state.weights = learnOutcome(state.weights, one.seen, failed);
    return false;
  });
  if (kept.length < state.open.length) state.open.splice(0, state.open.length, ...kept);
}

/** The registry's entry: errors are Brier scores, skill is against saying the share of failures so far. */
function hazardCard(state: Hazards, nowMs: number): ModelCard {
  const { scored, squares, baseSquares, weights, failures, since } = state;
  const told = (value: number) => Number(value.toPrecision(4));
  return {
    type: 'model-card',
    atMs: nowMs,
    task: 'failure',
    series: nodesSeries,
    champion: hazardModel,
    former: null,
    pinned: false,
    drifts: 0,
    contenders: [
      {
        model: hazardModel,
        state: 'serves',
        scored,
        errorRatio: told(squares / scored),
        skillRatio: baseSquares === 0 ? null : told(squares / baseSquares),
        lineage: {
          version: scored,
          fittedAtMs: nowMs,
          dataFromMs: since,
          dataToMs: nowMs,
          samples: scored,
          parameters: { ...weights, failures },
          backtestRatio: null,
        },
      },
    ],
  };
}

const nodesSeries = 'nodes';

/** Takes up what an agent before this one had learned, as its journal has it. */
export function takeHazards(state: Hazards, card: ModelCard): void {
  const known = card.contenders.find(({ model }) => model === hazardModel);
  const parameters = known?.lineage?.parameters;
  if (card.series !== nodesSeries || known === undefined || parameters === undefined) return;
  const weights = { ...hazardPrior, ...parameters };
  if (!Object.values(weights).every(Number.isFinite)) return;
  const { base, diskErrors, networkErrors, instanceEnds, heat } = weights;
  state.weights = { base, diskErrors, networkErrors, instanceEnds, heat };
  state.scored = known.scored;
  state.failures = parameters.failures ?? 0;
  state.squares = (known.errorRatio ?? 0) * known.scored;
  state.baseSquares = known.skillRatio === null || known.skillRatio === 0 ? 0 : state.squares / known.skillRatio;
}
