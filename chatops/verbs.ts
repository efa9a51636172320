import { decisionView } from '../agent/views/decision.ts';
import type { AgentFace } from '../agent/views/face.ts';
import { forecastsView } from '../agent/views/forecasts.ts';
import { findEntities, impactView } from '../agent/views/impact.ts';
import { incidentView } from '../agent/views/incident.ts';
import { rehearsalText } from '../agent/views/line.ts';
import { overview } from '../agent/views/overview.ts';
import { clockTime, durationText, entityName, escapeText, percentText } from '../agent/views/text.ts';
import type { DecisionId, IncidentId } from '../model/entity.ts';
import { latestDecision } from './incident-card.ts';
import { linesMessage, type Message } from './message.ts';

/** Words that only look; they are answered wherever the bot was invited. */
export const readVerbs = ['status', 'incident', 'why', 'forecast', 'impact', 'policy', 'report', 'help'] as const;
/** Words that change something; they are taken only in the listed channels. */
export const writeVerbs = ['approve', 'deny', 'own', 'pause', 'resume'] as const;

export type ReadVerb = (typeof readVerbs)[number];
export type WriteVerb = (typeof writeVerbs)[number];

export interface Said {
  readonly verb: ReadVerb | WriteVerb;
  /** First word after the verb, or the empty text. */
  readonly about: string;
  /** Everything after the verb. */
  readonly rest: string;
}

/** Words that people also use. */
const synonyms: Readonly<Record<string, ReadVerb | WriteVerb>> = { inc: 'incident', reject: 'deny' };

/** Longest answer in lines; the terminal has the rest. */
const linesMax = 12;

/** Reads `<@U0BOT> approve 0042 looks right`. Unknown words are null, never guessed. */
export function parseSaid(text: string): Said | null {
  const [word = '', ...others] = text
    .replace(/^\s*<@[A-Z0-9]+>/, '')
    .trim()
    .split(/\s+/);
  const lower = word.toLowerCase();
  const verb = [...readVerbs, ...writeVerbs].find((known) => known === (synonyms[lower] ?? lower));
  return verb === undefined ? null : { verb, about: others[0] ?? '', rest: others.join(' ') };
}

/** `42`, `0042` and `INC-0042` all name INC-0042; null where nothing is named. */
export function incidentIdOf(text: string): IncidentId | null {
  const digits = /^(?:INC-)?(\d{1,9})$/i.exec(text)?.[1];
  return digits === undefined ? null : `INC-${String(Number(digits)).padStart(4, '0')}`;
}

export function isWrite(verb: Said['verb']): verb is WriteVerb {
  return writeVerbs.some((known) => known === verb);
}

/** Answers a question from the same read models that every face shows. */
export function answerTo(face: AgentFace, verb: ReadVerb, about: string, nowMs: number): Message {
  switch (verb) {
    case 'status':
      return statusMessage(face, nowMs);
    case 'incident':
      return incidentMessage(face, about);
    case 'why':
      return whyMessage(face, about);
    case 'forecast':
      return forecastMessage(face, about);
    case 'impact':
      return impactMessage(face, about);
    case 'policy':
      return policyMessage(face);
    case 'report':
      return reportMessage(face, nowMs);
    case 'help':
      return helpMessage();
    default:
      return verb satisfies never;
  }
}

export function helpMessage(): Message {
  return linesMessage('Homeostat understands', [
    'status | inc 0042 | why 0042 | forecast [entity] | impact ENTITY | policy | report | help',
    'approve 0042 [note] | reject 0042 [note] | own 0042 | pause WHY | resume WHY',
  ]);
}

function statusMessage(face: AgentFace, nowMs: number): Message {
  const { status, needsYou, openIncidents } = overview(face.knowledge(), face.status(), nowMs);
  const brake = status.stop ?? status.paused;
  return linesMessage(`${status.clusterId}: ${status.notReadyWhy ?? 'ready'}, mode ${status.mode}`, [
    ...(brake === null ? [] : [`stopped: ${brake}`]),
    `${needsYou.length} waiting for people, ${openIncidents.length} incidents open`,
    ...openIncidents
      .slice(0, linesMax)
      .map(({ id, severity, state, title }) => `${id} SEV${severity} ${state}: ${title}`),
  ]);
}

function incidentMessage(face: AgentFace, about: string): Message {
  const id = incidentIdOf(about);
  const view = id === null ? null : incidentView(face.knowledge(), id);
  if (view === null) return linesMessage(`there is no incident ${escapeText(about, 40)}; try: status`);
  const lines = view.timeline.slice(-linesMax).map(({ atMs, text }) => `${clockTime(atMs)} ${text}`);
  return linesMessage(`${view.incident.id} ${view.incident.state}: ${view.incident.title}`, lines);
}

function whyMessage(face: AgentFace, about: string): Message {
  const incidentId = incidentIdOf(about);
  const latest = incidentId === null ? null : latestDecision(face.knowledge(), incidentId);
  const id: DecisionId | null = /^D-\d+$/.test(about) ? (about as DecisionId) : (latest?.id ?? null);
  const view = id === null ? null : decisionView(face.knowledge(), id);
  if (view === null) return linesMessage(`nothing was decided about ${escapeText(about, 40)}`);
  const checks = view.verdict?.checks.filter((check) => !check.ok || check.effect !== 'auto') ?? [];
  return linesMessage(`${view.id} ${view.state}: ${view.plan.summary}`, [
    ...(view.verdict === null ? [] : [`${view.verdict.effect} by ${view.verdict.rule}: ${view.verdict.why}`]),
    escapeText(rehearsalText(view.plan.rehearsal)),
    ...checks.slice(0, linesMax).map((check) => `${check.name}: ${check.effect}, ${check.why}`),
    ...view.said.map(
      ({ said, was, hit }) => `said ${said}; was ${was}; ${hit === null ? 'unknown' : hit ? 'hit' : 'miss'}`,
    ),
  ]);
}

function forecastMessage(face: AgentFace, about: string): Message {
  const { forecasts, predictions } = forecastsView(face.knowledge(), about === '' ? null : about);
  const lines = [
    ...forecasts.flatMap(({ entity, metric, limit }) =>
      limit?.crossMsP50 == null
        ? []
        : [`${entityName(entity)} ${metric} meets its limit in ${durationText(limit.crossMsP50)}`],
    ),
    ...predictions.map(
      ({ entity, how, probability, horizonMs }) =>
        `${entityName(entity)} ${how} ${percentText(probability)} within ${durationText(horizonMs)}`,
    ),
  ];
  return linesMessage(lines.length === 0 ? 'no limit is met within the horizon' : 'Expected', lines.slice(0, linesMax));
}

function impactMessage(face: AgentFace, about: string): Message {
  const inventory = face.inventory();
  const found = inventory === null ? [] : findEntities(inventory, about);
  if (inventory === null || found.length !== 1) {
    const why = found.length === 0 ? 'is not in the inventory' : `may be ${found.map(({ kind }) => kind).join(' or ')}`;
    return linesMessage(`${escapeText(about, 80)} ${why}`);
  }
  const view = impactView(inventory, found[0]!);
  return linesMessage(
    `If ${entityName(view.entity)} stops`,
    [
      ...view.workloads.map(
        ({ id, healthyBefore, healthyAfter }) => `${id}: ${healthyBefore} healthy, then ${healthyAfter}`,
      ),
      ...view.replicaGroups.map(({ id, keepsQuorum }) => `${id}: ${keepsQuorum ? 'keeps' : 'loses'} quorum`),
      ...(view.dependents.length === 0 ? [] : [`stops with it: ${view.dependents.join(', ')}`]),
    ].slice(0, linesMax),
  );
}

function policyMessage(face: AgentFace): Message {
  const { policyName, policyHash, mode } = face.status();
  return linesMessage(`policy ${escapeText(policyName)}, ${policyHash.slice(0, 12)}, mode ${mode}`);
}

function reportMessage(face: AgentFace, nowMs: number): Message {
  const { lastActions, openIncidents } = overview(face.knowledge(), face.status(), nowMs);
  const lines = lastActions
    .slice(0, linesMax)
    .map((one) => `${clockTime(one.atMs)} ${one.decisionId} ${one.does}: ${one.result}`);
  return linesMessage(`Last 24 h: ${lastActions.length} actions, ${openIncidents.length} incidents open now`, lines);
}
