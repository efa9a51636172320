import type { EntityKey, EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { MetricSample } from '../../model/observation.ts';

/** Index of a series in the store's columns; stable for the life of the series. */
export type SeriesId = number;

export type AppendResult =
  | 'stored'
  /** Older than the newest sample, put in its place. */
  | 'reordered'
  /** Same time as a stored sample: the later report wins. */
  | 'duplicate'
  /** Older than everything the ring still holds. */
  | 'too-late'
  /** NaN, infinite or without a usable time. */
  | 'not-a-number'
  /** The series has another unit; mixing them would be a lie. */
  | 'unit-changed'
  /** The store holds as many series as it may. */
  | 'full';

export interface SeriesLabels {
  readonly entity: EntityRef;
  readonly metric: string;
  readonly unit: string;
  readonly type: 'gauge' | 'counter';
}

export interface OtherUnit {
  readonly unit: string;
  readonly sinceMs: number;
  lastAtMs: number;
  samples: number;
}

export interface SeriesStoreOptions {
  /** Bound on cardinality. */
  readonly maxSeries: number;
  /** Ring length per series. */
  readonly samplesPerSeries: number;
}

/**
 * Ring buffers as struct-of-arrays: column `i * samplesPerSeries + slot` holds one sample of series `i`.
 * Columns double when they fill, up to `maxSeries`.
 */
export interface SeriesStore {
  readonly options: SeriesStoreOptions;
  count: number;
  atMs: Float64Array;
  values: Float64Array;
  /** Slot of the oldest sample, and how many there are. */
  head: Uint32Array;
  length: Uint32Array;
  /** Smoothed interval between samples in ms; 0 before there are two. */
  cadenceMs: Float64Array;
  resets: Uint32Array;
  /** Series that got a sample since the reader last took the list. */
  touched: SeriesId[];
  isTouched: Uint8Array;
  readonly labels: SeriesLabels[];
  readonly byKey: Map<string, SeriesId>;
  readonly byEntity: Map<EntityKey, SeriesId[]>;
  /** Per series, the newest sample that came in another unit. */
  readonly otherUnit: Map<SeriesId, OtherUnit>;
  readonly refused: Record<Exclude<AppendResult, 'stored' | 'reordered'>, number>;
}

export function createSeriesStore(options: SeriesStoreOptions): SeriesStore {
  const capacity = Math.min(64, options.maxSeries);
  return {
    options,
    count: 0,
    atMs: new Float64Array(capacity * options.samplesPerSeries),
    values: new Float64Array(capacity * options.samplesPerSeries),
    head: new Uint32Array(capacity),
    length: new Uint32Array(capacity),
    cadenceMs: new Float64Array(capacity),
    resets: new Uint32Array(capacity),
    touched: [],
    isTouched: new Uint8Array(capacity),
    labels: [],
    byKey: new Map(),
    byEntity: new Map(),
    otherUnit: new Map(),
    refused: { duplicate: 0, 'too-late': 0, 'not-a-number': 0, 'unit-changed': 0, full: 0 },
  };
}

/** Stores one sample in time order. Every sample that is not stored as it came is counted in `refused`. */
export function appendSample(store: SeriesStore, sample: MetricSample): AppendResult {
  const result = tryAppend(store, sample);
  if (result !== 'stored' && result !== 'reordered') store.refused[result] += 1;
  return result;
}

function tryAppend(store: SeriesStore, sample: MetricSample): AppendResult {
  if (!Number.isFinite(sample.value) || !Number.isFinite(sample.observedAtMs)) return 'not-a-number';
  const id = findSeries(store, sample.entity, sample.name) ?? addSeries(store, sample);
  if (id === null) return 'full';
  if (store.labels[id]!.unit !== sample.unit) return refuseUnit(store, id, sample);
  const result = insert(store, id, sample.observedAtMs, sample.value);
  if (store.isTouched[id] === 0 && result !== 'too-late') {
    store.isTouched[id] = 1;
    store.touched.push(id);
  }
  return result;
}

function refuseUnit({ otherUnit }: SeriesStore, id: SeriesId, { unit, observedAtMs }: MetricSample): AppendResult {
  const known = otherUnit.get(id);
  if (known === undefined || known.unit !== unit) {
    otherUnit.set(id, { unit, sinceMs: observedAtMs, lastAtMs: observedAtMs, samples: 1 });
  } else {
    known.lastAtMs = Math.max(known.lastAtMs, observedAtMs);
    known.samples += 1;
  }
  return 'unit-changed';
}

function insert(store: SeriesStore, id: SeriesId, atMs: number, value: number): AppendResult {
  const ring = store.options.samplesPerSeries;
  const base = id * ring;
  const length = store.length[id]!;
  const newestAtMs = length === 0 ? Number.NEGATIVE_INFINITY : store.atMs[base + slotOf(store, id, length - 1)]!;
  if (atMs > newestAtMs) {
    if (length > 0) noteArrival(store, id, atMs - newestAtMs, value);
    const slot = (store.head[id]! + length) % ring;
    if (length === ring) store.head[id] = (store.head[id]! + 1) % ring;
    else store.length[id] = length + 1;
    store.atMs[base + slot] = atMs;
    store.values[base + slot] = value;
    return 'stored';
  }
  return insertLate(store, id, atMs, value);
}

function insertLate(store: SeriesStore, id: SeriesId, atMs: number, value: number): AppendResult {
  const ring = store.options.samplesPerSeries;
  const base = id * ring;
  const length = store.length[id]!;
  const position = lowerBound(store, id, atMs);
  const at = base + slotOf(store, id, position);
  if (store.atMs[at] === atMs) {
    store.values[at] = value;
    return 'duplicate';
  }
  if (length === ring) return 'too-late';
  store.length[id] = length + 1;
  for (let i = length; i > position; i -= 1) {
    const to = base + slotOf(store, id, i);
    const from = base + slotOf(store, id, i - 1);
    store.atMs[to] = store.atMs[from]!;
    store.values[to] = store.values[from]!;
  }
  const free = base + slotOf(store, id, position);
  store.atMs[free] = atMs;
  store.values[free] = value;
  return 'reordered';
}

function noteArrival(store: SeriesStore, id: SeriesId, gapMs: number, value: number): void {
  const known = store.cadenceMs[id]!;
  // A gap far above the usual is a hole in the data, not a new cadence.
  if (known === 0) store.cadenceMs[id] = gapMs;
  else if (gapMs < 3 * known) store.cadenceMs[id] = 0.9 * known + 0.1 * gapMs;
  else store.cadenceMs[id] = Math.min(known * 1.1, gapMs);
  if (store.labels[id]!.type === 'counter' && value < lastValue(store, id)!) store.resets[id] = store.resets[id]! + 1;
}

function addSeries(store: SeriesStore, sample: MetricSample): SeriesId | null {
  if (store.count >= store.options.maxSeries) return null;
  const id = store.count;
  if (id >= store.head.length) grow(store);
  store.count += 1;
  const owner = entityKey(sample.entity);
  store.labels.push({ entity: sample.entity, metric: sample.name, unit: sample.unit, type: sample.type });
  store.byKey.set(`${owner} ${sample.name}`, id);
  const siblings = store.byEntity.get(owner);
  if (siblings === undefined) store.byEntity.set(owner, [id]);
  else siblings.push(id);
  return id;
}

function grow(store: SeriesStore): void {
  const capacity = Math.min(store.head.length * 2, store.options.maxSeries);
  const widen = <T extends Float64Array | Uint32Array | Uint8Array>(next: T, old: T): T => {
    next.set(old);
    return next;
  };
  const samples = capacity * store.options.samplesPerSeries;
  store.atMs = widen(new Float64Array(samples), store.atMs);
  store.values = widen(new Float64Array(samples), store.values);
  store.head = widen(new Uint32Array(capacity), store.head);
  store.length = widen(new Uint32Array(capacity), store.length);
  store.cadenceMs = widen(new Float64Array(capacity), store.cadenceMs);
  store.resets = widen(new Uint32Array(capacity), store.resets);
  store.isTouched = widen(new Uint8Array(capacity), store.isTouched);
}

/** Hands over the series that changed since the last call, in order of arrival. */
export function takeTouched(store: SeriesStore): readonly SeriesId[] {
  const taken = store.touched;
  for (const id of taken) store.isTouched[id] = 0;
  store.touched = [];
  return taken;
}

export function findSeries(store: SeriesStore, entity: EntityRef, metric: string): SeriesId | null {
  return store.byKey.get(`${entityKey(entity)} ${metric}`) ?? null;
}

function slotOf(store: SeriesStore, id: SeriesId, position: number): number {
  return (store.head[id]! + position) % store.options.samplesPerSeries;
}

/** Time of the sample at `position` (0 is the oldest). */
export function timeAt(store: SeriesStore, id: SeriesId, position: number): number {
  return store.atMs[id * store.options.samplesPerSeries + slotOf(store, id, position)]!;
}

export function valueAt(store: SeriesStore, id: SeriesId, position: number): number {
  return store.values[id * store.options.samplesPerSeries + slotOf(store, id, position)]!;
}

/** First position whose time is at or after `fromMs`; the length where there is none. */
export function lowerBound(store: SeriesStore, id: SeriesId, fromMs: number): number {
  let low = 0;
  let high = store.length[id]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeAt(store, id, middle) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function lastValue(store: SeriesStore, id: SeriesId): number | null {
  const length = store.length[id]!;
  return length === 0 ? null : valueAt(store, id, length - 1);
}

export function lastAtMs(store: SeriesStore, id: SeriesId): number | null {
  const length = store.length[id]!;
  return length === 0 ? null : timeAt(store, id, length - 1);
}
