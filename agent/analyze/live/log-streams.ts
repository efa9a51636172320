import type { EntityRef } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { LogTally, LogWindow } from '../../monitor/log-window.ts';
import type { Past } from '../logs/surprise.ts';
import type { Scene } from '../signals/finding.ts';

/** Lines of one entity in one slice of time. */
export interface EntityLines {
  readonly entity: EntityRef;
  lines: number;
  /** Of kinds that the stream had not shown before. */
  fresh: number;
  freshErrors: number;
  orders: number;
  readonly freshTemplates: Set<number>;
}

interface Slice {
  readonly fromMs: number;
  readonly byEntity: Map<string, EntityLines>;
}

/** How often one template comes in one stream. */
export interface TemplateRate {
  firstAtMs: number;
  lastAtMs: number;
  /** Finished minutes, the lines in them, and the sum of their squares. */
  minutes: number;
  lines: number;
  squares: number;
  thisMinute: number;
}

/** Lines of the members of one workload, which write alike; of one entity where it belongs to none. */
export interface LogStream {
  readonly entity: EntityRef;
  readonly sinceMs: number;
  lastAtMs: number;
  readonly templates: Map<number, TemplateRate>;
  /** The last two minutes in slices, oldest first. */
  readonly slices: Slice[];
  minuteFromMs: number;
  /** What had come of lines of new kinds, and of orders, before the last two minutes. */
  freshBefore: Past;
  ordersBefore: Past;
  /** While something is unusual, what is usual stays as it was; null: nothing is. */
  oddSinceMs: number | null;
}

export interface LogStreams {
  readonly byKey: Map<string, LogStream>;
  generation: number;
}

export function createLogStreams(): LogStreams {
  return { byKey: new Map(), generation: 0 };
}

export const minuteMs = 60_000;
const sliceMs = 30_000;
export const slicesKept = 4;
/** In a stream's first minutes every template is new, which says nothing. */
const warmUpMs = 180_000;
// A kind of line is new for this long.
const newForMs = 600_000;
// What has gone on for an hour has become usual.
const oddForMs = 3_600_000;
// Rates of a day ago weigh half.
const halfLifeMs = 86_400_000;
// 2,000 streams of 500 templates at 120 bytes are 120 MB at the very most.
const maxStreams = 2_000;
const maxTemplates = 500;

/** Takes what was logged since the last tick into the streams. */
export function readLogs(scene: Scene, state: LogStreams): void {
  const { logs } = scene.monitor;
  const tallies = logs.take();
  if (logs.generation !== state.generation) {
    state.byKey.clear();
    state.generation = logs.generation;
  }
  for (const stream of state.byKey.values()) moveOn(stream, scene.nowMs);
  for (const tally of tallies) {
    const stream = streamOf(scene, state, tally.entity);
    if (stream !== null) count(stream, logs, tally, scene.nowMs);
  }
}

function streamOf({ topology, nowMs }: Scene, state: LogStreams, entity: EntityRef): LogStream | null {
  const workloadId = entity.kind === 'instance' ? topology.instances.get(entity.id)?.workloadId : undefined;
  const whose: EntityRef = workloadId === undefined ? entity : { kind: 'workload', id: workloadId };
  const key = entityKey(whose);
  const known = state.byKey.get(key);
  if (known !== undefined) return known;
  if (state.byKey.size >= maxStreams) return null;
  const fresh: LogStream = {
    entity: whose,
    sinceMs: nowMs,
    lastAtMs: nowMs,
    templates: new Map(),
    slices: [{ fromMs: nowMs, byEntity: new Map() }],
    minuteFromMs: nowMs,
    freshBefore: { count: 0, overMs: 0 },
    ordersBefore: { count: 0, overMs: 0 },
    oddSinceMs: null,
  };
  state.byKey.set(key, fresh);
  return fresh;
}

/** Ends the slices and minutes that are over. A long silence is one step: it is bounded work. */
function moveOn(stream: LogStream, nowMs: number): void {
  if (nowMs - stream.minuteFromMs >= minuteMs) endMinute(stream, nowMs);
  if (nowMs - stream.slices.at(-1)!.fromMs < sliceMs) return;
  stream.slices.push({ fromMs: nowMs, byEntity: new Map() });
  while (stream.slices.length > slicesKept) forgetSlice(stream, nowMs);
}

function mayLearn({ oddSinceMs }: LogStream, nowMs: number): boolean {
  return oddSinceMs === null || nowMs - oddSinceMs > oddForMs;
}

function endMinute(stream: LogStream, nowMs: number): void {
  const minutes = Math.floor((nowMs - stream.minuteFromMs) / minuteMs);
  stream.minuteFromMs += minutes * minuteMs;
  const learns = mayLearn(stream, nowMs);
  for (const rate of stream.templates.values()) {
    if (learns || rate.minutes === 0) {
      rate.minutes += minutes;
      rate.lines += rate.thisMinute;
      rate.squares += rate.thisMinute ** 2;
    }
    rate.thisMinute = 0;
  }
}

function forgetSlice(stream: LogStream, nowMs: number): void {
  const slice = stream.slices.shift()!;
  const overMs = stream.slices[0]!.fromMs - slice.fromMs;
  if (!mayLearn(stream, nowMs)) return;
  const sum = (of: (lines: EntityLines) => number) => sumOf([...slice.byEntity.values()], of);
  stream.ordersBefore = learned(
    stream.ordersBefore,
    sum((one) => one.orders),
    overMs,
  );
  if (slice.fromMs < stream.sinceMs + warmUpMs) return;
  stream.freshBefore = learned(
    stream.freshBefore,
    sum((one) => one.fresh),
    overMs,
  );
}

export function sumOf(all: readonly EntityLines[], of: (one: EntityLines) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

function learned(past: Past, count: number, overMs: number): Past {
  const kept = 0.5 ** (overMs / halfLifeMs);
  return { count: kept * past.count + count, overMs: kept * past.overMs + overMs };
}

function count(stream: LogStream, logs: LogWindow, tally: LogTally, nowMs: number): void {
  stream.lastAtMs = nowMs;
  const rate = rateOf(stream, logs, logs.templateOf(tally.handle), nowMs);
  rate.lastAtMs = nowMs;
  rate.thisMinute += tally.lines;
  const { byEntity } = stream.slices.at(-1)!;
  const key = entityKey(tally.entity);
  const lines = byEntity.get(key) ?? emptyLines(tally.entity);
  byEntity.set(key, lines);
  lines.lines += tally.lines;
  lines.orders += tally.orders;
  if (rate.firstAtMs < stream.sinceMs + warmUpMs || nowMs - rate.firstAtMs > newForMs) return;
  lines.fresh += tally.lines;
  lines.freshErrors += tally.errors;
  lines.freshTemplates.add(tally.handle);
}

export function emptyLines(entity: EntityRef): EntityLines {
  return { entity, lines: 0, fresh: 0, freshErrors: 0, orders: 0, freshTemplates: new Set() };
}

function rateOf({ templates }: LogStream, logs: LogWindow, template: number, nowMs: number): TemplateRate {
  const known = templates.get(template);
  if (known !== undefined) {
    // Map order is age of last use, so that the first is the one to forget.
    templates.delete(template);
    templates.set(template, known);
    return known;
  }
  const fresh: TemplateRate = { firstAtMs: nowMs, lastAtMs: nowMs, minutes: 0, lines: 0, squares: 0, thisMinute: 0 };
  for (const [old, rate] of templates) {
    if (logs.templateOf(old) !== template) continue;
    absorb(fresh, rate);
    templates.delete(old);
  }
  if (templates.size >= maxTemplates) templates.delete(templates.keys().next().value!);
  templates.set(template, fresh);
  return fresh;
}

/** Templates that turned out to be one have one past. */
function absorb(into: TemplateRate, from: TemplateRate): void {
  into.firstAtMs = Math.min(into.firstAtMs, from.firstAtMs);
  into.minutes = Math.max(into.minutes, from.minutes);
  into.lines += from.lines;
  into.squares += from.squares;
  into.thisMinute += from.thisMinute;
}
