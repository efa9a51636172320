import { type ActionName, actionCatalogue } from '../../model/actions.ts';
import type { Problem } from '../../model/problem.ts';
import type { ApprovalNeed, Effect } from '../../model/verdict.ts';
import { nearestWord } from '../config/nearest-word.ts';
import { decideVerdict } from './decide.ts';
import type { GuardInput } from './judgement.ts';
import type { Policy } from './policy.ts';
import { calmScene, type Scene, setFact, settableFacts } from './scene.ts';
import { inputOf } from './scene-cluster.ts';
import { parseInstantMs } from './windows.ts';

/** What `policy explain` prints. */
export interface Explanation {
  readonly effect: Effect;
  readonly rule: string;
  readonly why: string;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly why: string }[];
  readonly wouldBeAutoIf: readonly string[];
  readonly approval: ApprovalNeed | null;
}

export type Explained =
  | { readonly ok: true; readonly explanation: Explanation }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Facts by name, such as `target.role`; `at` is the instant, in the policy's zone unless it says otherwise. */
export type SetFacts = Readonly<Record<string, string | number | boolean>>;

/** A Wednesday noon: no ordinary window is open. */
const instantDefault = '2026-01-07T12:00';

/**
 * Asks the guard about one action on one target in a calm, healthy cluster with some facts set. The function that
 * answers is the one that decides in earnest.
 */
export function explainAction(action: string, target: string, policy: Policy, set: SetFacts): Explained {
  const made = makeScene(policy, set);
  if (!made.ok) return made;
  if (!isActionName(action)) return { ok: true, explanation: strangerExplained(action) };
  return { ok: true, explanation: explain(inputOf(made.scene, action, target, policy)) };
}

/** The input that `explainAction` judges, so that both can be compared. Null where the facts or the action are unusable. */
export function explainInput(action: string, target: string, policy: Policy, set: SetFacts): GuardInput | null {
  const made = makeScene(policy, set);
  return made.ok && isActionName(action) ? inputOf(made.scene, action, target, policy) : null;
}

function explain(input: GuardInput): Explanation {
  const { effect, rule, why, checks, wouldBeAutoIf, approval } = decideVerdict(input);
  return {
    effect,
    rule,
    why,
    checks: checks.map((check) => ({ name: check.name, ok: check.ok, why: check.why })),
    wouldBeAutoIf,
    approval,
  };
}

function isActionName(name: string): name is ActionName {
  return Object.hasOwn(actionCatalogue, name);
}

/** What is not in the catalogue falls to the default, like everything that no rule names. */
function strangerExplained(action: string): Explanation {
  const near = nearestWord(action, Object.keys(actionCatalogue));
  const why = `${action} is not an action of the catalogue${near === null ? '' : `; ${near} is`}`;
  const checks = [{ name: 'default', ok: false, why }];
  return { effect: 'deny', rule: 'default', why, checks, wouldBeAutoIf: [], approval: null };
}

function makeScene(
  policy: Policy,
  set: SetFacts,
): { readonly ok: true; readonly scene: Scene } | { readonly ok: false; readonly problems: Problem[] } {
  const problems = factMistakes(set, policy.timezone);
  if (problems.length > 0) return { ok: false, problems };
  const { at = instantDefault, ...facts } = set;
  const calm = calmScene(policy.mode, parseInstantMs(String(at), policy.timezone)!);
  const scene = Object.entries(facts).reduce((changed, [name, value]) => setFact(changed, name, value) as Scene, calm);
  return { ok: true, scene };
}

/** Facts that cannot be set so, and an instant that is none; `where` is the name of the fact. */
export function factMistakes(set: SetFacts, timezone: string): Problem[] {
  const { at = instantDefault, ...facts } = set;
  const problems: Problem[] = [];
  if (parseInstantMs(String(at), timezone) === null) {
    const hint = 'such as 2026-03-07T10:00 or 2026-03-07T10:00Z';
    problems.push({ code: 'FACT_INSTANT', message: `at: ${at} is not a time`, where: 'at', hint });
  }
  const calm = calmScene('observe', 0);
  for (const [name, value] of Object.entries(facts)) {
    const changed = setFact(calm, name, value);
    if (typeof changed !== 'string') continue;
    const near = nearestWord(name, settableFacts);
    const hint = near === null ? `facts: ${settableFacts.join(', ')}, target.labels.NAME` : `did you mean ${near}?`;
    problems.push({ code: 'FACT', message: changed, where: name, hint });
  }
  return problems;
}
