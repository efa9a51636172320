import { actionCatalogue } from '../../../model/actions.ts';
import { entityKey } from '../../../model/entity.ts';
import type { PlanStep } from '../../../model/plan.ts';
import type { Check } from '../../../model/verdict.ts';
import { passed, refused } from '../check.ts';
import { footprintChanged } from '../footprint.ts';
import { isKnown } from '../inventory-index.ts';
import type { Judged } from '../judgement.ts';
import { invalidAction } from '../parameters.ts';

/** At least one target, and no action twice on the same one. */
export function checkTargetsNamed({ actions }: Judged): Check {
  if (actions.length === 0) return refused('targets', 'deny', 'GUARD_EMPTY_TARGETS', 'the plan has no action');
  const seen = new Set<string>();
  for (const { name, target } of actions) {
    const key = `${name} ${entityKey(target)}`;
    if (seen.has(key)) return refused('targets', 'deny', 'GUARD_EMPTY_TARGETS', `${name} names ${target.id} twice`);
    seen.add(key);
  }
  return passed('targets', `${seen.size} named`);
}

/** Every target is in the inventory under exactly that kind and id; near spellings are other entities. */
export function checkTargetsKnown({ actions, facts }: Judged): Check {
  const stranger = actions.find(({ target }) => !isKnown(target, facts.inventory));
  if (stranger === undefined) return passed('knownTargets', 'all in the inventory');
  const why = `${entityKey(stranger.target)} is not in the inventory`;
  return refused('knownTargets', 'deny', 'GUARD_UNKNOWN_TARGET', why);
}

/** Some actuator must be able to do every action. */
export function checkSupported({ actions, facts }: Judged): Check {
  const foreign = actions.find(({ name }) => !facts.supportedActions.has(name));
  if (foreign === undefined) return passed('supportedActions', 'an actuator can do all of it');
  return refused('supportedActions', 'deny', 'GUARD_UNSUPPORTED_ACTION', `no actuator can do ${foreign.name}`);
}

/** A day: no step of the catalogue takes longer. */
const timeoutMsMax = 86_400_000;

/** Parameters, timeouts and stored undo of every step are within the catalogue. */
export function checkParameters({ plan, actions }: Judged): Check {
  for (const action of actions) {
    const wrong = invalidAction(action);
    if (wrong !== null) return refused('parameters', 'deny', 'GUARD_INVALID_PARAMETERS', wrong);
  }
  for (const step of plan.steps) {
    const wrong = invalidStep(step);
    if (wrong !== null) return refused('parameters', 'deny', 'GUARD_INVALID_PARAMETERS', `${step.id}: ${wrong}`);
  }
  return passed('parameters', 'within the catalogue');
}

function invalidStep(step: PlanStep): string | null {
  const { action, undo, timeoutMs } = step;
  if (!(timeoutMs > 0 && timeoutMs <= timeoutMsMax)) return `a timeout of ${timeoutMs} ms`;
  if (undo === null) return null;
  const expected = Object.hasOwn(actionCatalogue, action.name) ? actionCatalogue[action.name].inverse : null;
  if (undo.name !== expected) return `${undo.name} does not undo ${action.name}`;
  if (entityKey(undo.target) !== entityKey(action.target)) return `the undo is for ${undo.target.id}`;
  return invalidAction(undo);
}

/** The cluster is still the one that the plan was made for, apart from what the plan itself has changed. */
export function checkFootprint({ plan, facts }: Judged): Check {
  const own = facts.history.filter((past) => past.decisionId === plan.decisionId);
  const actedOn = new Set<string>(own.map((past) => entityKey(past.target)));
  const bound = plan.steps.find(({ action }) => !Object.hasOwn(plan.footprint.targets, entityKey(action.target)));
  const changed =
    bound === undefined
      ? footprintChanged(plan.footprint, facts.inventory, actedOn)
      : `${entityKey(bound.action.target)} is not in the plan's footprint`;
  if (changed === null) return passed('footprint', 'as it was when the plan was made');
  return refused('footprint', 'deny', 'GUARD_FOOTPRINT_CHANGED', changed);
}
