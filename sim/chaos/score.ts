import { entityKey } from '../../model/entity.ts';
import type { JournalRow } from '../../model/record.ts';
import type { FinishedRun } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import type { ActionTruth, FaultTruth } from '../truth.ts';
import type { World } from '../world.ts';
import { detectDelaysMs } from './detection.ts';
import { brokenInvariants } from './invariants.ts';
import { causeKey, namedCauses } from './named-causes.ts';
import { type ScoredRehearsals, scoreRehearsals } from './rehearsals.ts';

/** One run of the chaos document. Times in ms; null where the question does not arise (controls, no agent). */
export interface ScoredRun {
  readonly scenario: string;
  readonly seed: number;
  readonly detected: boolean | null;
  /** From the moment the fault was live until an incident was about it; the mean over the detected faults. */
  readonly detectDelayMs: number | null;
  /** The causes named were exactly the expected ones. */
  readonly causesExact: boolean | null;
  /** Every expected cause was named. */
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

/** Scores one run against what really happened in its world. */
export function scoreRun(run: FinishedRun, baseline: Baseline): ScoredRun {
  const { world, rows } = run;
  const { scenario, truth } = world;
  const named = new Set(namedCauses(rows).map(causeKey));
  const control = scenario.expect.causes.length === 0;
  const noAgent = run.shell === null;
  const own = truth.actions.filter((action) => !action.byPerson && action.spec.name !== 'person.page');
  const delays = detectDelaysMs(run);
  const mitigations = truth.faults.filter((fault) => fault.liveAtMs !== null);
  return {
    scenario: scenario.name,
    seed: world.seed,
    detected: control || noAgent ? null : delays.every((delay) => delay !== null),
    detectDelayMs: control || noAgent ? null : mean(delays.filter((delay) => delay !== null)),
    causesExact: control || noAgent ? null : sameCauses(named, scenario),
    causeTop1: control || noAgent ? null : covers(named, scenario),
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

/** Whether the run named every cause that is expected; where it must be exact, no other one. */
function sameCauses(named: ReadonlySet<string>, scenario: Scenario): boolean {
  return named.size === new Set(scenario.expect.causes.map(causeKey)).size && covers(named, scenario);
}

function covers(named: ReadonlySet<string>, { expect }: Scenario): boolean {
  return expect.causes.every((cause) => named.has(causeKey(cause)));
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
