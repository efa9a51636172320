import type { Forecast } from '../../../model/forecast.ts';
import type { ModelCard, ModelChange } from '../../../model/model-card.ts';
import type { SeriesId } from '../../monitor/series-store.ts';
import { lowerBound, timeAt, valueAt } from '../../monitor/series-store.ts';
import { counterIncrease, freshnessMs } from '../../monitor/series-window.ts';
import { limitOf } from '../live/limits.ts';
import type { Scene } from '../signals/finding.ts';
import { cardOf } from './card.ts';
import { fitModels, needsFit } from './fitting.ts';
import { forecastRecord } from './forecast-record.ts';
import { clearHistory, stepMs, stepsPerDay } from './history.ts';
import { keptText, takeKept } from './kept-state.ts';
import { advance, createSeriesModels, type SeriesModels, type StepEvent, skipStep } from './series-models.ts';
import { servedSeries } from './served-series.ts';

/** The registry of live forecast models. Owned by the loop. */
export interface LiveForecasts {
  readonly byKey: Map<string, SeriesModels>;
  served: ReadonlyMap<string, SeriesId>;
  /** Models of the series served now. */
  bySeries: ReadonlyMap<SeriesId, SeriesModels>;
  servedAtMs: number;
  /** Where the round over the series goes on. */
  cursor: number;
  /** Entries of the registry as the journal has them, and learned states as the store has them, until they are taken up. */
  readonly known: Map<string, ModelCard>;
  readonly kept: Map<string, string>;
}

export function createLiveForecasts(): LiveForecasts {
  return {
    byKey: new Map(),
    served: new Map(),
    bySeries: new Map(),
    servedAtMs: 0,
    cursor: 0,
    known: new Map(),
    kept: new Map(),
  };
}

/** A learned state that should outlive the process. */
export interface KeptState {
  readonly key: string;
  readonly text: string;
}

export interface ForecastTick {
  readonly records: readonly (ModelChange | ModelCard)[];
  /** At most one state per tick. */
  readonly keep: KeptState | null;
}

// How often it is asked anew which series matter.
const chooseEveryMs = 10_000;
// A minute is over once its late samples had this long to arrive.
const lateMs = 5_000;
// Work per tick is bounded: so many steps of all series together, and one fit.
const stepsPerTick = 12;
// A first look back takes at most this many steps from the store.
const lookBackSteps = 60;

/** Moves the models of the series whose minute is over, and fits one series if one needs it. */
export function updateForecasts(scene: Scene, state: LiveForecasts): ForecastTick {
  if (scene.nowMs - state.servedAtMs >= chooseEveryMs) choose(scene, state);
  const keys = [...state.served.keys()];
  const records: (ModelChange | ModelCard)[] = [];
  let budget = stepsPerTick;
  let turn = 0;
  for (; turn < keys.length && budget > 0; turn++) {
    const key = keys[(state.cursor + turn) % keys.length]!;
    const models = state.byKey.get(key)!;
    const { events, steps } = catchUp(scene, models, state.served.get(key)!, budget);
    budget -= steps;
    records.push(...recordsOf(models, events, scene.nowMs));
  }
  if (keys.length > 0) state.cursor = (state.cursor + turn) % keys.length;
  const unfitted = keys.find((key) => needsFit(state.byKey.get(key)!));
  if (unfitted !== undefined) fitModels(state.byKey.get(unfitted)!, scene.nowMs);
  return { records, keep: nextToKeep(state, keys, scene.nowMs) };
}

function choose(scene: Scene, state: LiveForecasts): void {
  state.served = servedSeries(scene);
  state.servedAtMs = scene.nowMs;
  for (const [key, id] of state.served) {
    const startedAtMs = startOf(scene, id);
    const models = state.byKey.get(key) ?? takeUp(scene, state, key, id);
    if (startedAtMs > models.startedAtMs) clearHistory(models.history);
    models.startedAtMs = startedAtMs;
  }
  state.bySeries = new Map([...state.served].map(([key, id]) => [id, state.byKey.get(key)!]));
  forgetGone(state, scene.nowMs);
}

/** When the process behind a series started, as far as that matters for its values. */
function startOf(scene: Scene, id: SeriesId): number {
  const { entity } = scene.monitor.series.labels[id]!;
  return entity.kind === 'instance' ? (scene.topology.instances.get(entity.id)?.startedAtMs ?? 0) : 0;
}

function takeUp(scene: Scene, state: LiveForecasts, key: string, id: SeriesId): SeriesModels {
  const { entity, metric, unit, type } = scene.monitor.series.labels[id]!;
  const rate = type === 'counter' ? `${unit}/s` : unit;
  const firstMs = Math.max(timeAt(scene.monitor.series, id, 0), scene.nowMs - lookBackSteps * stepMs);
  const identity = { key, entity, metric, unit: rate, startedAtMs: startOf(scene, id) };
  const models = createSeriesModels(identity, Math.ceil(firstMs / stepMs) - 1);
  const kept = state.kept.get(key);
  if (kept !== undefined) takeKept(models, kept);
  const card = state.known.get(key);
  if (card !== undefined) {
    models.throne.champion = models.boards.has(card.champion) ? card.champion : models.throne.champion;
    models.throne.former = card.former;
    models.throne.pinned = card.pinned;
    models.drifts = card.drifts;
  }
  state.kept.delete(key);
  state.byKey.set(key, models);
  return models;
}

// An instance may be away for this long and find its models again.
const goneMs = 3_600_000;

function forgetGone(state: LiveForecasts, nowMs: number): void {
  for (const [key, models] of state.byKey) {
    const seenMs = (models.history.endStep + 1) * stepMs;
    if (!state.served.has(key) && nowMs - seenMs > goneMs) state.byKey.delete(key);
  }
}

function catchUp(
  scene: Scene,
  models: SeriesModels,
  id: SeriesId,
  budget: number,
): { events: StepEvent[]; steps: number } {
  const { history } = models;
  const overStep = Math.floor((scene.nowMs - lateMs) / stepMs) - 1;
  const events: StepEvent[] = [];
  // After a day of absence the past says nothing of the present.
  if (overStep - history.endStep > stepsPerDay) clearHistory(history);
  while (overStep - history.endStep > lookBackSteps) skipStep(models);
  let steps = 0;
  while (history.endStep < overStep && steps < budget) {
    events.push(...advance(models, measured(scene, models, id, history.endStep + 1)));
    steps += 1;
  }
  return { events, steps };
}

// Warming up is not how a process usually is.
const warmUpMs = 30_000;

/** Mean of a gauge, or rate per second of a counter, over one step; NaN where nothing was measured. */
function measured({ monitor }: Scene, { startedAtMs }: SeriesModels, id: SeriesId, step: number): number {
  const { series } = monitor;
  const fromMs = step * stepMs;
  if (fromMs < startedAtMs + warmUpMs) return Number.NaN;
  if (series.labels[id]!.type === 'counter') {
    const grown = counterIncrease(series, id, fromMs, fromMs + stepMs - 1);
    return grown === null || grown.overMs < stepMs / 4 ? Number.NaN : (1_000 * grown.increase) / grown.overMs;
  }
  let sum = 0;
  const from = lowerBound(series, id, fromMs);
  const to = lowerBound(series, id, fromMs + stepMs);
  for (let i = from; i < to; i++) sum += valueAt(series, id, i);
  return to === from ? Number.NaN : sum / (to - from);
}

// The registry's entry is worth a record this often, beside every change.
const cardEveryMs = 3_600_000;
const firstCardSteps = 15;

function recordsOf(models: SeriesModels, events: readonly StepEvent[], nowMs: number): (ModelChange | ModelCard)[] {
  const { history, cardAtMs, key } = models;
  const due = history.length >= firstCardSteps && nowMs - cardAtMs >= cardEveryMs;
  if (events.length === 0 && !due) return [];
  models.cardAtMs = nowMs;
  const changes = events.map((event): ModelChange => {
    return { type: 'model-change', atMs: nowMs, task: 'forecast', series: key, person: null, ...event };
  });
  return [...changes, cardOf(models, nowMs)];
}

const keepEveryMs = 900_000;

function nextToKeep(state: LiveForecasts, keys: readonly string[], nowMs: number): KeptState | null {
  for (const key of keys) {
    const models = state.byKey.get(key)!;
    if (models.history.length < firstCardSteps || nowMs - models.keptAtMs < keepEveryMs) continue;
    models.keptAtMs = nowMs;
    return { key, text: keptText(models) };
  }
  return null;
}

// A forecast is worth a record this often; more often where its limit is in sight.
const writeEveryMs = 600_000;
const writeNearLimitMs = 120_000;
const writtenPerTick = 4;
const historyMin = 10;
// With less than this share of the last steps measured, or nothing for this long, the models may not judge.
const measuredMin = 0.5;
const freshWithinMs = 180_000;

/**
 * Served forecasts that are worth a record now.
 * @param raised ids of the signals that stand: a raised trend tells of its own limit
 */
export function writeServed(scene: Scene, state: LiveForecasts, raised: ReadonlySet<string>): Forecast[] {
  const written: Forecast[] = [];
  for (const [key, id] of state.served) {
    if (written.length >= writtenPerTick) break;
    const models = state.byKey.get(key)!;
    const { history, entity, metric, writtenAtMs } = models;
    // Between two steps nothing new is known, and before the first after a restart nothing is said.
    if (models.weighedStep === history.endStep || models.latest.size === 0) continue;
    models.weighedStep = history.endStep;
    if (scene.nowMs - writtenAtMs < writeNearLimitMs || raised.has(`trend-to-limit:${key}`)) continue;
    if (history.length < historyMin || history.measuredRatio < measuredMin) continue;
    if (freshnessMs(scene.monitor.series, id, scene.nowMs) > freshWithinMs) continue;
    const record = forecastRecord(models, limitOf(scene.topology, scene.slos, entity, metric), scene.nowMs);
    const near = record?.limit?.crossMsP50 != null;
    if (record === null || (!near && scene.nowMs - writtenAtMs < writeEveryMs)) continue;
    models.writtenAtMs = scene.nowMs;
    written.push(record);
  }
  return written;
}
