import type { ActionId } from '../../../model/entity.ts';
import { Lab, type LabOptions, type Reaction, works } from './lab.ts';
import { decisionId, holder } from './plans.ts';

/** How one call to the engine may go wrong, beside working. */
export const reactions: Readonly<Record<string, Reaction>> = {
  refused: { effect: false, answer: 'refused' },
  partial: { effect: true, answer: 'partial' },
  'unknown, took effect': { effect: true, answer: 'unknown' },
  'unknown, did not': { effect: false, answer: 'unknown' },
  'silent, took effect': { effect: true, answer: 'silent' },
  'silent, did not': { effect: false, answer: 'silent' },
};

/** What the measurements say after the last step: met, not met, or nothing. */
export const expectations: readonly (boolean | null)[] = [true, false, null];

/** Runs a plan and crashes the agent before its `crashAt`th turn (0: never). */
export function runToEnd(options: LabOptions, crashAt = 0): Lab {
  const lab = new Lab(options);
  let turns = 0;
  let crashing = false;
  lab.beforeTurn = () => {
    turns += 1;
    crashing ||= turns === crashAt;
    if (crashing) throw new Crash();
  };
  lab.lease.acquire(holder, 30_000, lab.nowMs);
  lab.begin();
  try {
    lab.run();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    lab.beforeTurn = () => {};
    lab.crash();
    lab.run();
  }
  lab.drain();
  return lab;
}

class Crash extends Error {}

/**
 * What is wrong with how a plan ended, or null. A plan ends once; every call is recorded before its effect, takes
 * effect at most once and is settled or a person has it; the cluster is as the outcome says, or quarantined and paged.
 */
export function wrongEnding(lab: Lab): string | null {
  const scaled = lab.plan.steps.filter(({ action }) => lab.engine.counts.get(action.target.id) === 2).length;
  return wrongWith(lab, { done: scaled, left: scaled });
}

/**
 * @param done how many steps are in effect
 * @param left how many steps that have an inverse are in effect
 */
export function wrongWith(lab: Lab, { done, left }: { readonly done: number; readonly left: number }): string | null {
  const [outcome, ...more] = lab.outcomes();
  if (outcome === undefined) return 'no outcome';
  if (more.length > 0) return `${more.length + 1} outcomes`;
  const { effects } = lab.engine;
  if (new Set(effects).size !== effects.length) return `repeated: ${effects.join(' ')}`;
  const actions = lab.knowledge.decisions.get(decisionId)?.actions ?? new Map();
  const unrecorded = effects.find((id) => !actions.has(id as ActionId));
  if (unrecorded !== undefined) return `unrecorded: ${unrecorded}`;
  // A page leaves nothing behind that could be held.
  const onlyPages = lab.plan.steps.every(({ action }) => action.name === 'person.page');
  const quarantined = (onlyPages || lab.controls('held').length > 0) && lab.controls('paged').length > 0;
  const unsettled = [...actions.values()].find(({ state }) => state === 'intended' || state === 'unknown');
  if (unsettled !== undefined && !quarantined) return `${unsettled.id} is ${unsettled.state}`;
  if (outcome.undone === 'undo-failed') return quarantined ? null : 'not undone and nobody told';
  const whole = done === lab.plan.steps.length;
  if (outcome.result === 'succeeded') return whole ? null : 'succeeded without every step';
  if (outcome.result === 'inconclusive')
    return whole && lab.controls('paged').length > 0 ? null : 'inconclusive in silence';
  return left === 0 ? null : `${left} steps left by a plan that ${outcome.result}`;
}

/** Every way in which a plan of `steps` steps meets one failing call, and one failing call of the undo. */
export function* failureMatrix(
  steps: number,
  base: LabOptions = {},
): Generator<{ readonly name: string; readonly options: LabOptions }> {
  for (const expectation of expectations) {
    for (let first = 1; first <= steps; first += 1) {
      for (const [how, reaction] of Object.entries({ works, ...reactions })) {
        for (const unreadable of [[], [first]]) {
          const one = { ...base, steps, expectation, reactions: { [first]: reaction }, unreadable };
          const name = `call ${first} ${how}${unreadable.length > 0 ? ' and is unreadable' : ''}, expectation ${expectation}`;
          yield { name, options: one };
          yield* withFailingUndo(name, one, first, steps);
        }
      }
    }
  }
}

function* withFailingUndo(name: string, options: LabOptions, first: number, steps: number) {
  for (let undo = first + 1; undo <= 2 * steps; undo += 1) {
    for (const [how, reaction] of Object.entries(reactions)) {
      const unreadable = how.startsWith('unknown') ? [...(options.unreadable ?? []), undo] : (options.unreadable ?? []);
      yield {
        name: `${name}; call ${undo} ${how}`,
        options: { ...options, reactions: { ...options.reactions, [undo]: reaction }, unreadable },
      };
    }
  }
}
