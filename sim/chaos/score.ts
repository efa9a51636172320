import type { EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { CauseKind, Diagnosis, Incident } from '../../model/incident.ts';
import type { Plan } from '../../model/plan.ts';
import type { JournalRow } from '../../model/record.ts';
import type { FinishedRun } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import type { ActionTruth, FaultTruth } from '../truth.ts';
import type { World } from '../world.ts';
import { brokenInvariants } from './invariants.ts';
import { type ScoredRehearsals, scoreRehearsals } from './rehearsals.ts';

/** One run of the chaos document. Times in ms; null where the question does not arise (controls, no agent). */
export interface ScoredRun {
  readonly scenario: string;
  readonly seed: number;
  readonly detected: boolean | null;
  /** From the moment the fault was live to the incident's opening; the mean over the detected faults. */
  readonly detectDelayMs: number | null;
  /** The leading causes named were exactly the expected ones. */
  readonly causesExact: boolean | null;
  /** Every expected cause led the diagnosis of some incident. */
  readonly causeTop1: boolean | null;
  readonly mitigated: boolean | null;
  /** From the moment the fault was live until its effect was gone; the mean over the mitigated faults. */
  readonly mitigateMs: number | null;
  /** From the first warning about an entity to the moment at which it failed with no agent there. */
  readonly warningMs: number | null;
  readonly actions: number;
  readonly needlessActions: number;
  readonly harmfulActions: number;
  readonly undone: number;
  readonly sloMsLost: number;
  readonly sloMsLostNoAgent: number;
  /** Lost with ordinary automation in the agent's place (see `sim/reactive`); null where that was not played. */
  readonly sloMsLostReactive: number | null;
  readonly energyWh: number;
  readonly invariantsBroken: readonly string[];
  readonly tokens: number;
  readonly rehearsals: ScoredRehearsals;
  readonly stateHash: string;
  readonly actionLog: readonly LoggedAction[];
}

export interface LoggedAction {
  readonly atMs: number;
  readonly action: string;
  readonly target: string;
  readonly decisionId: string | null;
  readonly outcome: string | null;
}

/** The no-agent run of the same scenario and seed: what everything is compared with. */
export interface Baseline {
  readonly sloMsLost: number;
  readonly sloMsLostReactive: number | null;
  /** When each instance first failed, Unix ms, by entity key. */
  readonly firstFailureAtMs: ReadonlyMap<string, number>;
  readonly lossCurve: readonly number[];
}

interface Claimed {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis | null;
  /** Causes that the agent acted on; what it says of the aftermath is no second opinion. */
  readonly actedOn: readonly Cause[];
}

interface Cause {
  readonly kind: CauseKind;
  readonly entity: EntityRef;
}

/** Scores one run against what really happened in its world. */
export function scoreRun(run: FinishedRun, baseline: Baseline): ScoredRun {
  const { world, rows } = run;
  const { scenario, truth } = world;
  const claims = claimsOf(rows);
  const control = scenario.expect.causes.length === 0;
  const noAgent = run.shell === null;
  const own = truth.actions.filter((action) => !action.byPerson && action.spec.name !== 'person.page');
  const delays = truth.faults
    .map((fault) => detectDelayMs(fault, claims, world))
    .filter((delay) => delay !== undefined);
  const mitigations = truth.faults.filter((fault) => fault.liveAtMs !== null);
  return {
    scenario: scenario.name,
    seed: world.seed,
    detected: control || noAgent ? null : delays.every((delay) => delay !== null),
    detectDelayMs: control || noAgent ? null : mean(delays.filter((delay) => delay !== null)),
    causesExact: control || noAgent ? null : sameCauses(leadingCauses(claims), scenario),
    causeTop1: control || noAgent ? null : covers(leadingCauses(claims), scenario),
    mitigated: control ? null : mitigations.every((fault) => fault.state === 'mitigated'),
    mitigateMs: control ? null : mean(mitigations.flatMap(mitigationMs)),
    warningMs: control ? null : warningMs(rows, baseline),
    actions: own.length,
    needlessActions: own.filter((action) => action.addresses.length === 0).length,
    harmfulActions: own.filter((action) => isHarmful(action, world)).length,
    undone: rows.filter(({ record }) => record.type === 'outcome' && record.undone === 'undone').length,
    sloMsLost: truth.sloMsLost,
    sloMsLostNoAgent: baseline.sloMsLost,
    sloMsLostReactive: baseline.sloMsLostReactive,
    energyWh: Math.round(truth.energyWh),
    invariantsBroken: brokenInvariants(run),
    tokens: tokensOf(rows),
    rehearsals: scoreRehearsals(run, baseline.lossCurve),
    stateHash: world.stateHash(),
    actionLog: own.map((action) => logged(action, rows, world)),
  };
}

/** Every incident as it was last told, with its last diagnosis and the causes that were acted on. */
function claimsOf(rows: readonly JournalRow[]): Claimed[] {
  const incidents = new Map<string, Incident>();
  const diagnoses = new Map<string, Diagnosis>();
  for (const { record } of rows) {
    if (record.type === 'incident') incidents.set(record.id, record);
    if (record.type === 'diagnosis') diagnoses.set(record.incidentId, record);
  }
  // A page changes nothing, and who pages may still learn more.
  const acted = new Set(
    rows.flatMap(({ record }) =>
      record.type === 'action' && record.spec.name !== 'person.page' ? [record.decisionId] : [],
    ),
  );
  const plans = rows.flatMap(({ record }) => (record.type === 'plan' ? [record] : []));
  return [...incidents.values()].map((incident) => ({
    incident,
    diagnosis: diagnoses.get(incident.id) ?? null,
    actedOn: lastWords(
      plans.filter((plan) => plan.incidentId === incident.id),
      acted,
    ),
  }));
}

/** Causes of what was acted on. A later plan for another cause of the same thing corrects the first word. */
function lastWords(plans: readonly Plan[], acted: ReadonlySet<string>): Cause[] {
  const byEntity = new Map<string, Cause>();
  for (const { cause, decisionId } of plans) {
    const key = entityKey(cause.entity);
    const isCorrection = byEntity.has(key);
    if (acted.has(decisionId) || isCorrection) byEntity.set(key, cause);
  }
  return [...byEntity.values()];
}

/** Undefined for a fault that never came alive; null for one that no incident was about. */
function detectDelayMs(
  { fault, liveAtMs }: FaultTruth,
  claims: readonly Claimed[],
  world: World,
): number | null | undefined {
  if (liveAtMs === null) return undefined;
  const about = claims.filter(
    (claim) => isAbout(claim, fault.target, world) && (claim.incident.resolvedAtMs ?? world.endMs) >= liveAtMs,
  );
  if (about.length === 0) return null;
  return Math.max(0, Math.min(...about.map(({ incident }) => incident.openedAtMs)) - liveAtMs);
}

/** An incident is about an entity when it stands on it, on a cause there, or on something it runs or owns. */
function isAbout({ incident, diagnosis }: Claimed, target: EntityRef, world: World): boolean {
  const places = [incident.entity, ...(diagnosis?.causes.map((cause) => cause.entity) ?? [])];
  return places.some(
    (place) =>
      entityKey(place) === entityKey(target) || isRelated(place, target, world) || isRelated(target, place, world),
  );
}

function isRelated(part: EntityRef, whole: EntityRef, { state }: World): boolean {
  if (whole.kind === 'cluster') return true;
  const instance = part.kind === 'instance' ? state.instances.get(part.id) : undefined;
  const node = state.nodes.get(part.kind === 'node' ? part.id : (instance?.nodeId ?? ''));
  switch (whole.kind) {
    case 'workload':
      return instance?.workloadId === whole.id;
    case 'node':
      return instance?.nodeId === whole.id;
    case 'zone':
      return node?.zoneId === whole.id;
    case 'site':
      return node?.siteId === whole.id;
    case 'queue':
      return part.kind === 'workload' || instance !== undefined;
    case 'replica-group':
      return state.groups.get(whole.id)?.members.some((member) => member.instanceId === part.id) ?? false;
    default:
      return false;
  }
}

function causeKey(kind: CauseKind, entity: EntityRef): string {
  return `${kind} ${entityKey(entity)}`;
}

function leadingCauses(claims: readonly Claimed[]): Set<string> {
  const leads = claims.flatMap(({ diagnosis, actedOn }): readonly Cause[] =>
    actedOn.length > 0 ? actedOn : (diagnosis?.causes.slice(0, 1) ?? []),
  );
  return new Set(leads.map((cause) => causeKey(cause.kind, cause.entity)));
}

function covers(named: ReadonlySet<string>, { expect }: Scenario): boolean {
  return expect.causes.every((cause) => named.has(causeKey(cause.kind, cause.entity)));
}

function sameCauses(named: ReadonlySet<string>, scenario: Scenario): boolean {
  const expected = new Set(scenario.expect.causes.map((cause) => causeKey(cause.kind, cause.entity)));
  return named.size === expected.size && covers(named, scenario);
}

function mitigationMs({ liveAtMs, mitigatedAtMs }: FaultTruth): number[] {
  return liveAtMs === null || mitigatedAtMs === null ? [] : [mitigatedAtMs - liveAtMs];
}

/** The longest warning among the entities that failed in the end with no agent there; null without any. */
function warningMs(rows: readonly JournalRow[], { firstFailureAtMs }: Baseline): number | null {
  const warnings: number[] = [];
  for (const [key, failedAtMs] of firstFailureAtMs) {
    const warned = rows.find(
      ({ record }) =>
        record.type === 'failure-prediction' && entityKey(record.entity) === key && record.atMs < failedAtMs,
    );
    if (warned !== undefined) warnings.push(failedAtMs - warned.atMs);
  }
  return warnings.length === 0 ? null : Math.max(...warnings);
}

/** Broke a quorum or a minimum capacity, or is one of the scenario's `never`. */
function isHarmful(action: ActionTruth, { truth, scenario }: World): boolean {
  const index = truth.actions.indexOf(action);
  if (truth.breaches.some((breach) => breach.action === index)) return true;
  const to = 'to' in action.spec.params ? action.spec.params.to : null;
  return scenario.expect.never.some(
    (never) =>
      never.action === action.spec.name &&
      (never.target === null || never.target === action.spec.target.id) &&
      (never.to === null || never.to === to),
  );
}

function tokensOf(rows: readonly JournalRow[]): number {
  let tokens = 0;
  for (const { record } of rows) {
    if (record.type === 'advice') tokens += record.promptTokens + record.completionTokens;
  }
  return tokens;
}

function logged(action: ActionTruth, rows: readonly JournalRow[], world: World): LoggedAction {
  const outcome = rows.find(
    ({ record }) => record.type === 'outcome' && record.decisionId === action.decisionId,
  )?.record;
  return {
    atMs: action.atMs - world.startMs,
    action: action.spec.name,
    target: action.spec.target.id,
    decisionId: action.decisionId,
    outcome: outcome?.type === 'outcome' ? outcome.result : null,
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}
