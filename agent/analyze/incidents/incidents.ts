import type { DecisionId, EntityKind, IncidentId } from '../../../model/entity.ts';
import { entityKey } from '../../../model/entity.ts';
import type { Diagnosis, Incident, IncidentState } from '../../../model/incident.ts';
import type { Signal } from '../../../model/signal.ts';
import type { Monitor } from '../../monitor/monitor.ts';
import { lastAtMs } from '../../monitor/series-store.ts';
import type { Topology } from '../../monitor/topology.ts';
import { consumersOf, topologyOf } from '../../monitor/topology.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import type { SignalGroup } from './anchor.ts';
import { groupSignals } from './anchor.ts';
import { isTrouble, leadSignal, severityOf } from './gravity.ts';

/** One open incident and what the correlator remembers of it. */
interface Case {
  incident: Incident;
  diagnosis: Diagnosis | null;
  /** Every signal that ever belonged to it, as last seen. */
  readonly signals: Map<string, Signal>;
  /** Ids of signals that had ended when something else went down: they do not speak about that. */
  readonly past: Set<string>;
  /** Since when none of its signals is raised; null while one is. */
  quietSinceMs: number | null;
  diagnosedAtMs: number;
  /** Since when another cause leads only because the first one's evidence is gone; null while it does not. */
  aftermathSinceMs: number | null;
}

/** How long what lingers after its cause counts as that cause's aftermath; then it has a cause of its own, ms. */
const aftermathMs = 120_000;

export interface IncidentBook {
  readonly cases: Map<IncidentId, Case>;
}

export interface IncidentInput {
  /** Raised signals, of every severity. */
  readonly signals: readonly Signal[];
  readonly monitor: Monitor;
  readonly nowMs: number;
  /** First number that is free. */
  readonly nextIncidentNumber: number;
}

export interface IncidentChanges {
  readonly incidents: readonly Incident[];
  readonly diagnoses: readonly Diagnosis[];
}

// How long all must be calm before an incident is over.
const calmMs = 10_000;
// Evidence gathers: an incident is diagnosed again this often while it is open.
const diagnoseEveryMs = 5_000;

export function createIncidents(): IncidentBook {
  return { cases: new Map() };
}

/** Folds the raised signals into incidents; returns the incidents and diagnoses that changed. */
export function updateIncidents(book: IncidentBook, input: IncidentInput): IncidentChanges {
  const { inventory } = input.monitor;
  if (inventory === null) return { incidents: [], diagnoses: [] };
  const topology = topologyOf(inventory);
  const before = new Map([...book.cases].map(([id, one]) => [id, one.incident]));
  const told = input.signals.filter((signal) => signal.severity !== 'info');
  const over: Incident[] = [];
  let number = input.nextIncidentNumber;
  for (const group of groupSignals(told, topology)) {
    const held = casesOf(book, group);
    if (held.length === 0 && !isTrouble(group.signals)) continue;
    const one = held[0] ?? openCase(book, group, input.nowMs, number++);
    for (const other of held.slice(1)) over.push(mergeInto(book, one, other, input.nowMs));
    for (const signal of group.signals) {
      one.signals.set(signal.id, signal);
      one.past.delete(signal.id);
    }
    one.incident = describe(one, group, input.nowMs);
  }
  over.push(...resolveQuiet(book, input));
  const diagnoses = diagnoseOpen(book, input, topology);
  const changed = [...book.cases.values()].map((one) => one.incident).filter((i) => isNews(before.get(i.id), i));
  return { incidents: [...changed, ...over], diagnoses };
}

/** Two groups that continue one case may each describe it and end where it began: only another content is told. */
function isNews(before: Incident | undefined, now: Incident): boolean {
  if (before === undefined || before === now) return before !== now;
  return JSON.stringify({ ...before, atMs: now.atMs }) !== JSON.stringify(now);
}

/** Cases that a group continues, oldest first: those that hold one of its signals, or the same place and are not over. */
function casesOf(book: IncidentBook, group: SignalGroup): Case[] {
  const key = entityKey(group.anchor);
  return [...book.cases.values()].filter(
    (one) => entityKey(one.incident.entity) === key || group.signals.some((signal) => one.signals.has(signal.id)),
  );
}

function openCase(book: IncidentBook, group: SignalGroup, nowMs: number, number: number): Case {
  const id: IncidentId = `INC-${String(number).padStart(4, '0')}`;
  const incident: Incident = {
    type: 'incident',
    id,
    atMs: nowMs,
    openedAtMs: nowMs,
    resolvedAtMs: null,
    state: 'open',
    severity: 4,
    title: '',
    entity: group.anchor,
    signalIds: [],
    decisionIds: [],
  };
  const one: Case = {
    incident,
    diagnosis: null,
    signals: new Map(),
    past: new Set(),
    quietSinceMs: null,
    diagnosedAtMs: Number.NEGATIVE_INFINITY,
    aftermathSinceMs: null,
  };
  book.cases.set(id, one);
  return one;
}

function mergeInto(book: IncidentBook, kept: Case, other: Case, nowMs: number): Incident {
  for (const [id, signal] of other.signals) kept.signals.set(id, signal);
  book.cases.delete(other.incident.id);
  const title = `${other.incident.title} (part of ${kept.incident.id})`;
  return { ...other.incident, atMs: nowMs, resolvedAtMs: nowMs, state: 'resolved', title };
}

/** The incident as its signals have it now; the same object when nothing that matters moved. */
function describe(one: Case, group: SignalGroup, nowMs: number): Incident {
  const old = one.incident;
  one.quietSinceMs = null;
  const signalIds = [...one.signals.keys()].sort();
  // An incident grows graver with its signals; it does not shrink before it is over.
  const severity = Math.min(old.severity, severityOf(group.signals)) as Incident['severity'];
  const lead = leadSignal(group.signals);
  // What still suffers when the cause is gone is where the incident shows, not where it sits.
  const entity = old.title !== '' && width[group.anchor.kind] < width[old.entity.kind] ? old.entity : group.anchor;
  const moved = old.title === '' || entityKey(old.entity) !== entityKey(entity);
  const title = moved ? `${entity.id}: ${lead.kind}${lead.metric === null ? '' : ` ${lead.metric}`}` : old.title;
  const same = severity === old.severity && title === old.title && signalIds.join() === old.signalIds.join();
  return same ? old : { ...old, atMs: nowMs, severity, title, entity, signalIds };
}

/** How much of a cluster a cause there can explain; an incident never shrinks to a part of it that is still ill. */
const width: Readonly<Record<EntityKind, number>> = {
  queue: 0,
  'replica-group': 0,
  job: 0,
  instance: 1,
  node: 2,
  workload: 2,
  zone: 3,
  site: 4,
  cluster: 5,
};

function resolveQuiet(book: IncidentBook, input: IncidentInput): Incident[] {
  const raised = new Set(input.signals.map((signal) => signal.id));
  const over: Incident[] = [];
  for (const [id, one] of book.cases) {
    if ([...one.signals.keys()].some((signalId) => raised.has(signalId))) {
      one.quietSinceMs = null;
      continue;
    }
    one.quietSinceMs = Math.min(one.quietSinceMs ?? input.nowMs, input.nowMs);
    // What is being acted on is not over before its outcome is known.
    const busy = one.incident.state === 'acting';
    if (busy || input.nowMs - one.quietSinceMs < calmMs) continue;
    book.cases.delete(id);
    over.push({ ...one.incident, atMs: input.nowMs, resolvedAtMs: input.nowMs, state: 'resolved' });
  }
  return over;
}

function diagnoseOpen(book: IncidentBook, input: IncidentInput, topology: Topology): Diagnosis[] {
  const diagnoses: Diagnosis[] = [];
  for (const one of book.cases.values()) {
    forgetTheFuture(one, input.nowMs);
    const grown = one.incident.atMs === input.nowMs;
    if (one.quietSinceMs !== null || (!grown && input.nowMs - one.diagnosedAtMs < diagnoseEveryMs)) continue;
    one.diagnosedAtMs = input.nowMs;
    leaveThePast(one, input, topology);
    const own = [...one.signals.values()].filter((signal) => !one.past.has(signal.id));
    const next = diagnose({
      incident: one.incident,
      own,
      all: input.signals,
      monitor: input.monitor,
      topology,
      nowMs: input.nowMs,
    });
    if (one.diagnosis !== null && gist(one.diagnosis) === gist(next)) continue;
    // Once the cause is gone its consequences linger; they do not make it unknown again.
    if (one.diagnosis !== null && one.diagnosis.abstained === null && next.abstained !== null) continue;
    if (one.diagnosis !== null && isOnlyAftermath(one.diagnosis, next, input.signals, topology)) {
      one.aftermathSinceMs = Math.min(one.aftermathSinceMs ?? input.nowMs, input.nowMs);
      if (input.nowMs - one.aftermathSinceMs < aftermathMs) continue;
    }
    one.aftermathSinceMs = null;
    one.diagnosis = next;
    diagnoses.push(next);
    const state = next.abstained === null ? 'open' : 'abstained';
    const ownState = one.incident.state === 'open' || one.incident.state === 'abstained';
    if (ownState && state !== one.incident.state) one.incident = { ...one.incident, atMs: input.nowMs, state };
  }
  return diagnoses;
}

/** Once the clock was set back, nothing is older or newer than a diagnosis of the time ahead: it is made anew. */
function forgetTheFuture(one: Case, nowMs: number): void {
  if (Math.max(one.diagnosedAtMs, one.diagnosis?.atMs ?? 0) <= nowMs) return;
  one.diagnosis = null;
  one.diagnosedAtMs = Number.NEGATIVE_INFINITY;
}

/** An incident that lingers may see another fault: what ended before that began is no evidence for it. */
function leaveThePast(one: Case, input: IncidentInput, topology: Topology): void {
  const { signals: raised } = input;
  const { diagnosis, signals, past } = one;
  if (diagnosis === null) return;
  const isNew = (signal: Signal) =>
    signals.has(signal.id) &&
    wentDown(signal, diagnosis.atMs) &&
    !endedWithNode(signal, one, input) &&
    !isKilledByMessage(signal, diagnosis, topology);
  if (!raised.some(isNew)) return;
  const now = new Set(raised.map((signal) => signal.id));
  for (const id of signals.keys()) if (!now.has(id)) past.add(id);
}

/** A message that kills its readers kills the next one: that is no other fault. */
function isKilledByMessage({ entity }: Pick<Signal, 'entity'>, { causes }: Diagnosis, topology: Topology): boolean {
  const [cause] = causes;
  if (cause?.kind !== 'poison-message' || entity.kind !== 'instance') return false;
  const workloadId = topology.instances.get(entity.id)?.workloadId;
  return consumersOf(topology, cause.entity.id).some(({ id }) => id === workloadId);
}

/** Another cause leads only because nothing of what spoke for the first is seen any more, and is no surer than that was. */
function isOnlyAftermath(old: Diagnosis, next: Diagnosis, raised: readonly Signal[], topology: Topology): boolean {
  const [was] = old.causes;
  const [is] = next.causes;
  if (was === undefined || is === undefined) return false;
  if (was.kind === is.kind && entityKey(was.entity) === entityKey(is.entity)) return false;
  if (is.kind === 'instance-crash' && isKilledByMessage(is, old, topology)) return true;
  const shown = next.causes.flatMap((cause) => cause.evidenceFor.map(({ signalId }) => signalId));
  if (raised.some((signal) => shown.includes(signal.id) && wentDown(signal, old.atMs))) return false;
  const told = was.evidenceFor.filter(({ signalId }) => signalId !== null);
  const gone = told.length > 0 && told.every(({ signalId }) => raised.every((signal) => signal.id !== signalId));
  return gone && is.confidence <= was.confidence;
}

/** What goes down after a diagnosis is news; consequences are slowness and backlogs. */
function wentDown({ severity, entity, sinceMs }: Signal, afterMs: number): boolean {
  return severity === 'critical' && (entity.kind === 'instance' || entity.kind === 'node') && sinceMs > afterMs;
}

/** Samples may come this long after a node was seen to be down, ms. */
const lateMs = 30_000;

/** Found ended once its node is back, without a sample or a start since that went: it was lost with the node. */
function endedWithNode({ entity }: Signal, { signals }: Case, { monitor, nowMs }: IncidentInput): boolean {
  const { inventory, events, series } = monitor;
  const nodeId = inventory?.instances.find(({ id }) => entity.kind === 'instance' && id === entity.id)?.nodeId;
  const down = signals.get(`node-down:node/${nodeId}`);
  // What a clock that was set back since put into the time ahead took nothing with it.
  if (down === undefined || down.sinceMs > nowMs) return false;
  const own = series.byEntity.get(entityKey(entity)) ?? [];
  if (own.some((id) => (lastAtMs(series, id) ?? 0) > down.sinceMs + lateMs)) return false;
  return !events.some(
    ({ name, entity: on, observedAtMs }) =>
      name === 'instance.started' && on.id === entity.id && observedAtMs > down.sinceMs,
  );
}

/** What makes a diagnosis another one: its causes in order, their confidence in tenths, and whether it abstains. */
function gist(diagnosis: Diagnosis): string {
  const causes = diagnosis.causes.map((c) => `${c.kind} ${entityKey(c.entity)} ${Math.round(c.confidence * 10)}`);
  return JSON.stringify([causes, diagnosis.abstained]);
}

/** Tells the book what the loop did about an incident, so that its next record keeps it. */
export function setIncidentState(
  book: IncidentBook,
  id: IncidentId,
  state: IncidentState,
  decisionIds: readonly DecisionId[],
  nowMs: number,
): Incident | null {
  const one = book.cases.get(id);
  if (one === undefined) return null;
  one.incident = { ...one.incident, atMs: nowMs, state, decisionIds };
  return one.incident;
}

export function openIncidents(
  book: IncidentBook,
): { readonly incident: Incident; readonly diagnosis: Diagnosis | null }[] {
  return [...book.cases.values()].map(({ incident, diagnosis }) => ({ incident, diagnosis }));
}
