import type { EntityRef } from '../../../model/entity.ts';
import type { LogWindow } from '../../monitor/log-window.ts';
import { chanceOfAtLeast, chanceOfNone, type Past } from '../logs/surprise.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import {
  type EntityLines,
  emptyLines,
  type LogStream,
  type LogStreams,
  minuteMs,
  readLogs,
  slicesKept,
  sumOf,
  type TemplateRate,
} from './log-streams.ts';
import { durationInWords } from './words.ts';

/** False alarms of one kind that one stream may raise in a day, in the mean; every threshold here follows from it. */
const falseAlarmsPerDay = 0.05;
const minutesPerDay = 1_440;
/** Slices that end in a day, each with one look at the last two minutes. */
const looksPerDay = 2 * minutesPerDay;
// This share of the members that write is all of them.
const mostOf = 0.6;
const membersMin = 3;
// What is known less well than this is not missed.
const knownMinutes = 10;
const knownLines = 30;
// A stream that is silent as a whole has lost its reader, or its members.
const alsoSilentMs = 30_000;
const templatesNamed = 3;

/** New, bursting and vanished kinds of log line, and lines that address their reader. Handles and counts, never text. */
export function findLogLines(scene: Scene, state: LogStreams): Finding[] {
  readLogs(scene, state);
  return [...state.byKey.values()].flatMap((stream) => {
    const last = lastTwoMinutes(stream);
    const unusual = [...findNew(stream, last), ...findOrders(stream, last)];
    const found = [...unusual, ...findBursts(stream), ...findVanished(stream, scene.monitor.logs, scene.nowMs)];
    if (unusual.length > 0) stream.oddSinceMs ??= scene.nowMs;
    else stream.oddSinceMs = null;
    return found;
  });
}

function lastTwoMinutes({ slices }: LogStream): EntityLines[] {
  const sums = new Map<string, EntityLines>();
  for (const slice of slices) {
    for (const [key, one] of slice.byEntity) {
      const sum = sums.get(key) ?? emptyLines(one.entity);
      sums.set(key, sum);
      sum.lines += one.lines;
      sum.fresh += one.fresh;
      sum.freshErrors += one.freshErrors;
      sum.orders += one.orders;
      for (const template of one.freshTemplates) sum.freshTemplates.add(template);
    }
  }
  return [...sums.values()];
}

const windowMs = (slicesKept * minuteMs) / 2;
const inTime = durationInWords(windowMs);

interface Odd {
  readonly entity: EntityRef;
  readonly lines: readonly EntityLines[];
  readonly count: number;
  readonly chance: number;
}

type Counted = (one: EntityLines) => number;

/** The members that stand out by what is counted, or the workload where most of its members do. */
function oddOnes(stream: LogStream, last: readonly EntityLines[], past: Past, of: Counted): Odd[] {
  if (past.overMs <= 0) return [];
  const writing = last.filter((one) => of(one) > 0);
  const judge = (entity: EntityRef, lines: readonly EntityLines[]): Odd => {
    const count = sumOf(lines, of);
    return { entity, lines, count, chance: chanceOfAtLeast(count, windowMs, past) };
  };
  const isWide = last.length >= membersMin && writing.length >= mostOf * last.length;
  const judged = isWide ? [judge(stream.entity, writing)] : writing.map((one) => judge(one.entity, [one]));
  return judged.filter(({ chance }) => chance * judged.length < falseAlarmsPerDay / looksPerDay);
}

function findNew(stream: LogStream, last: readonly EntityLines[]): Finding[] {
  const of: Counted = (one) => one.fresh;
  return oddOnes(stream, last, stream.freshBefore, of).map(({ entity, lines, count, chance }) => {
    const templates = new Set(lines.flatMap((one) => [...one.freshTemplates]));
    const what = `${count} lines of ${templates.size} new kinds (${named(templates)})`;
    const errors = `${sumOf(lines, (one) => one.freshErrors)} of them errors`;
    return {
      kind: 'log-new',
      entity,
      metric: null,
      sinceMs: null,
      score: scoreOf(chance),
      severity: 'info',
      model: 'new-templates',
      explanation: `${what}, ${errors}, in ${inTime}; ${usual(stream.freshBefore)}; ${peers(last, lines, of)}`,
    };
  });
}

/** Model of the signal that tells of lines which address their reader. */
export const ordersModel = 'orders-in-text';

function findOrders(stream: LogStream, last: readonly EntityLines[]): Finding[] {
  const of: Counted = (one) => one.orders;
  return oddOnes(stream, last, stream.ordersBefore, of).map(({ entity, lines, count, chance }) => ({
    kind: 'log-new',
    entity,
    metric: 'orders',
    sinceMs: null,
    score: scoreOf(chance),
    severity: 'warning',
    model: ordersModel,
    explanation: `${count} log lines that address their reader, in ${inTime}; ${usual(stream.ordersBefore)}; ${peers(last, lines, of)}`,
  }));
}

function findBursts(stream: LogStream): Finding[] {
  const allowed = allowedChance(stream);
  return [...stream.templates].flatMap(([template, rate]): Finding[] => {
    if (rate.minutes < knownMinutes || rate.lines === 0) return [];
    const chance = chanceOfAtLeast(rate.thisMinute, minuteMs, pastOf(rate), clumpingOf(rate));
    if (chance >= allowed) return [];
    const explanation = `${rate.thisMinute} lines of kind L${template} within a minute; ${usual(pastOf(rate))}`;
    return [ofTemplate('log-burst', stream, template, chance, explanation)];
  });
}

function findVanished(stream: LogStream, logs: LogWindow, nowMs: number): Finding[] {
  if (nowMs - stream.lastAtMs > alsoSilentMs) return [];
  const allowed = allowedChance(stream);
  return [...stream.templates].flatMap(([template, rate]): Finding[] => {
    const silentMs = nowMs - rate.lastAtMs;
    if (silentMs < minuteMs || rate.minutes < knownMinutes || rate.lines < knownLines) return [];
    // What merged lives on under another number; what is missing for longer than it was known is no news.
    if (logs.templateOf(template) !== template || silentMs > rate.minutes * minuteMs) return [];
    const chance = chanceOfNone(silentMs, pastOf(rate), clumpingOf(rate));
    if (chance >= allowed) return [];
    const explanation = `no line of kind L${template} for ${durationInWords(silentMs)}; ${usual(pastOf(rate))}`;
    return [ofTemplate('log-vanished', stream, template, chance, explanation)];
  });
}

/** Every template is looked at once a minute. */
function allowedChance({ templates }: LogStream): number {
  return falseAlarmsPerDay / (minutesPerDay * Math.max(1, templates.size));
}

function ofTemplate(
  kind: 'log-burst' | 'log-vanished',
  { entity }: LogStream,
  template: number,
  chance: number,
  explanation: string,
): Finding {
  return {
    kind,
    entity,
    metric: `L${template}`,
    sinceMs: null,
    score: scoreOf(chance),
    severity: 'info',
    model: 'template-rate',
    explanation,
  };
}

/** Decimal places of the chance; at most 99. */
function scoreOf(chance: number): number {
  return -Math.log10(Math.max(chance, 1e-99));
}

function pastOf({ lines, minutes }: TemplateRate): Past {
  return { count: lines, overMs: minutes * minuteMs };
}

/** Variance over mean of the lines in a minute. */
function clumpingOf({ lines, squares, minutes }: TemplateRate): number {
  const mean = lines / minutes;
  return Math.max(1, (squares / minutes - mean * mean) / mean);
}

function named(templates: ReadonlySet<number>): string {
  const some = [...templates].slice(0, templatesNamed).map((template) => `L${template}`);
  return templates.size > some.length ? `${some.join(', ')} and more` : some.join(', ');
}

function usual({ count, overMs }: Past): string {
  return `usual ${((count * minuteMs) / overMs).toPrecision(2)} a minute`;
}

function peers(last: readonly EntityLines[], odd: readonly EntityLines[], of: Counted): string {
  const others = last.filter((one) => !odd.includes(one));
  return others.length === 0 ? 'no peer to compare with' : `its ${others.length} peers ${sumOf(others, of)}`;
}
