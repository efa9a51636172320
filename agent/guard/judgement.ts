import type { ActionSpec } from '../../model/actions.ts';
import type { Approval } from '../../model/approval.ts';
import type { BlastRadius, Plan } from '../../model/plan.ts';
import type { Mode } from '../../model/verdict.ts';
import { blastRadiusOf, takenOneByOne } from './blast-radius.ts';
import type { ClusterFacts } from './facts.ts';
import type { Policy } from './policy.ts';
import { takenBy } from './taken.ts';
import type { TrackRecords } from './track-record.ts';

/** What the guard decides on. Everything is plain data; the clock is an argument. */
export interface GuardInput {
  readonly plan: Plan;
  readonly purpose: 'apply' | 'undo';
  readonly facts: ClusterFacts;
  readonly policy: Policy;
  /** Ceiling in force now; the policy's own ceiling binds as well. */
  readonly mode: Mode;
  readonly nowMs: number;
  readonly approval: Approval | null;
  /** Steps to judge, by id; all of them where it is absent. */
  readonly stepIds?: readonly string[];
  /** Track records by `recordKey`; folded from `facts.history` where it is absent. */
  readonly effectiveRecord?: TrackRecords;
}

/** What a counterfactual takes to be so. Only explanations suppose anything: `decideVerdict` never does. */
export interface Supposition {
  readonly approved: boolean;
  readonly clauses: readonly { readonly rule: string; readonly text: string }[];
}

export interface Supposed extends GuardInput {
  readonly suppose: Supposition | null;
}

/** The input with what every limit needs worked out once. */
export interface Judged extends Supposed {
  /** The actions that would be sent: the steps' own, or their undo. */
  readonly actions: readonly ActionSpec[];
  readonly blast: BlastRadius;
  /** Instances that the actions take one after the other; the rest of `blast` goes at once. */
  readonly oneByOne: ReadonlySet<string>;
  /** Instances that plans in flight take, or may still take. */
  readonly takenInFlight: ReadonlySet<string>;
}

/** The input with its actions: all that the rules look at. */
export type RuleInput = Omit<Judged, 'blast' | 'oneByOne' | 'takenInFlight'>;

/** The actions that would be sent: those of the steps under judgement, or their stored undo. */
export function withActions(input: Supposed): RuleInput {
  const actions: ActionSpec[] = [];
  for (const step of input.plan.steps) {
    if (input.stepIds !== undefined && !input.stepIds.includes(step.id)) continue;
    const action = input.purpose === 'apply' ? step.action : step.undo;
    if (action !== null) actions.push(action);
  }
  return { ...input, actions };
}

/** Works out besides what they and the plans in flight take. */
export function prepare(input: Supposed): Judged {
  const { facts } = input;
  const given = withActions(input);
  const inFlight = facts.inFlight.flatMap((other) => other.steps.map((step) => step.action));
  const takenInFlight = new Set(inFlight.flatMap((action) => takenBy(action, facts.inventory).instanceIds));
  const seen = { ...facts, takenInFlight };
  const { actions } = given;
  return {
    ...given,
    blast: blastRadiusOf(actions, seen),
    oneByOne: takenOneByOne(actions, seen),
    takenInFlight,
  };
}
