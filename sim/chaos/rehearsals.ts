import type { Interval80, Plan, RehearsedLoss } from '../../model/plan.ts';
import type { JournalRow } from '../../model/record.ts';
import type { FinishedRun } from '../run.ts';
import { type ActionTruth, lossStepMs } from '../truth.ts';

/** What the twin said of the plans of a run, against what was really lost: 80 of 100 intervals should hold it. */
export interface ScoredRehearsals {
  readonly plans: number;
  readonly rehearsed: number;
  /** Intervals whose branch really came about: doing nothing in the run without an agent, the plan in the run with it. */
  readonly claims: number;
  readonly covered: number;
  /** Those of them in which anything was lost, or said to be at its worse end. */
  readonly claimsAtStake: number;
  readonly coveredAtStake: number;
  /** Widths of these intervals, summed, ms of SLO: what was never at stake has none. */
  readonly widthMs: number;
  /**
   * Their interval scores, summed, ms of SLO: the width, and ten times by how much the truth lay outside (T. Gneiting and
   * A. E. Raftery, JASA 102, 2007, section 6.2, with alpha = 0.2). Less is better; neither width nor misses come cheap.
   */
  readonly intervalScoreMs: number;
}

/** A plan that began later than this after its rehearsal is another plan, ms. */
const promptMs = 60_000;

interface Claim {
  readonly said: Interval80;
  readonly lostMs: number;
}

/** Holds each rehearsal against the truth, up to its last checkpoint before anything unrelated happens. */
export function scoreRehearsals(run: FinishedRun, idleCurve: readonly number[]): ScoredRehearsals {
  const plans = run.rows.flatMap(({ record }) => (record.type === 'plan' ? [record] : []));
  const claims = plans.flatMap((plan) => [...idleClaim(plan, run, idleCurve), ...actingClaim(plan, run)]);
  const atStake = claims.filter(({ said, lostMs }) => lostMs > 0 || said[2] > 0);
  const sum = (of: (claim: Claim) => number) => atStake.reduce((total, claim) => total + of(claim), 0);
  return {
    plans: plans.length,
    rehearsed: plans.filter(({ rehearsal }) => rehearsal.status === 'rehearsed').length,
    claims: claims.length,
    covered: claims.filter(isCovered).length,
    claimsAtStake: atStake.length,
    coveredAtStake: atStake.filter(isCovered).length,
    widthMs: sum(({ said }) => said[2] - said[0]),
    intervalScoreMs: sum(intervalScore),
  };
}

export function sumRehearsals(all: readonly ScoredRehearsals[]): ScoredRehearsals {
  const sum = (of: keyof ScoredRehearsals) => all.reduce((total, one) => total + one[of], 0);
  return {
    plans: sum('plans'),
    rehearsed: sum('rehearsed'),
    claims: sum('claims'),
    covered: sum('covered'),
    claimsAtStake: sum('claimsAtStake'),
    coveredAtStake: sum('coveredAtStake'),
    widthMs: sum('widthMs'),
    intervalScoreMs: sum('intervalScoreMs'),
  };
}

/** The truth is known to one step of its curve; no more than that is forgiven. */
function isCovered({ said, lostMs }: Claim): boolean {
  return lostMs >= said[0] - lossStepMs && lostMs <= said[2] + lossStepMs;
}

function intervalScore({ said: [low, , high], lostMs }: Claim): number {
  const outsideMs = Math.max(0, low - lostMs, lostMs - high);
  return high - low + (2 / 0.2) * outsideMs;
}

/** As long as the agent has done nothing, its world is that of the run without it. */
function idleClaim(plan: Plan, run: FinishedRun, curve: readonly number[]): Claim[] {
  const acted = run.world.truth.actions.some((one) => !one.byPerson && isEffect(one) && one.atMs <= plan.atMs);
  if (acted) return [];
  return claimUpTo(plan, run, curve, nextFaultMs(run, plan.atMs), ({ doNothing }) => doNothing);
}

function actingClaim(plan: Plan, run: FinishedRun): Claim[] {
  const { truth } = run.world;
  const own = run.rows.filter(({ record }) => record.type === 'action' && record.decisionId === plan.decisionId);
  const began = own[0]?.atMs ?? Number.POSITIVE_INFINITY;
  if (began - plan.atMs > promptMs || hasFailed(plan, run.rows)) return [];
  const other = truth.actions.find(
    (one) => isEffect(one) && one.atMs > plan.atMs && one.decisionId !== plan.decisionId,
  );
  const untilMs = Math.min(nextFaultMs(run, plan.atMs), other?.atMs ?? Number.POSITIVE_INFINITY);
  return claimUpTo(plan, run, truth.lossCurve, untilMs, ({ withPlan }) => withPlan);
}

/** A page changes nothing. */
function isEffect({ spec }: ActionTruth): boolean {
  return spec.name !== 'person.page';
}

/** A call that the engine refused, or a plan that was undone, is not what was rehearsed. */
function hasFailed(plan: Plan, rows: readonly JournalRow[]): boolean {
  return rows.some(
    ({ record }) => record.type === 'outcome' && record.decisionId === plan.decisionId && record.result === 'error',
  );
}

function nextFaultMs({ world }: FinishedRun, afterMs: number): number {
  const later = world.truth.faults.map(({ fault }) => fault.atMs).filter((atMs) => atMs > afterMs);
  return Math.min(...later, Number.POSITIVE_INFINITY);
}

function claimUpTo(
  { atMs, rehearsal }: Plan,
  { world }: FinishedRun,
  curve: readonly number[],
  untilMs: number,
  pick: (loss: RehearsedLoss) => Interval80,
): Claim[] {
  if (rehearsal.status !== 'rehearsed') return [];
  const lostBy = (ms: number) => curve[Math.round((ms - world.startMs) / lossStepMs) - 1];
  const before = lostBy(atMs) ?? 0;
  const last = rehearsal.checkpoints.findLast(({ afterMs }) => {
    const endMs = atMs + afterMs;
    return endMs <= untilMs && lostBy(endMs) !== undefined;
  });
  return last === undefined ? [] : [{ said: pick(last), lostMs: lostBy(atMs + last.afterMs)! - before }];
}
