import { type Policy, parsePolicy } from '../../agent/guard/policy.ts';
import type { ActionName } from '../../model/actions.ts';
import type { Effect, Mode } from '../../model/verdict.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { StrictPart } from './temper.ts';

/** A policy, beside what it says in terms so plain that the laws need not ask the guard. */
export interface RandomPolicy {
  readonly policy: Policy;
  readonly mode: Mode;
  /** What the only rule about an action answers; an action that is missing here has no rule. */
  readonly effects: ReadonlyMap<ActionName, Effect>;
  readonly approversNeeded: number;
  readonly perTarget: number;
  readonly perCluster: number;
}

/** Window of both change budgets, ms: longer than a run, so that the laws only count. */
const budgetWindow = '2h';

const modes = ['autonomous', 'guarded', 'propose', 'observe'] as const satisfies readonly Mode[];

const ruled: readonly ActionName[] = [
  'instance.restart',
  'instance.start',
  'instance.reconnect-network',
  'workload.scale',
  'workload.rollback',
  'replica.transfer-leader',
  'node.cordon',
  'node.uncordon',
  'node.drain',
  'queue.pause-consumer',
  'queue.resume-consumer',
  'traffic.shed',
];

/** One rule per action, limits within sense, and one part of it strict. */
export function randomPolicy(random: RandomStream, strict: StrictPart): RandomPolicy {
  const isStrict = (part: StrictPart) => strict === part || strict === 'everything';
  const effects = new Map<ActionName, Effect>([['person.page', 'auto']]);
  for (const action of ruled) {
    const draw = random.next();
    if (strict === 'approvals') effects.set(action, 'ask');
    else if (!isStrict('effects')) effects.set(action, 'auto');
    else if (draw < 0.85) effects.set(action, draw < 0.55 ? 'auto' : draw < 0.7 ? 'ask' : 'deny');
  }
  const mode = isStrict('mode') ? modes[random.below(modes.length)]! : 'autonomous';
  const approversNeeded = 1 + random.below(2);
  const perTarget = isStrict('budgets') ? 1 + random.below(2) : 4;
  const perCluster = isStrict('budgets') ? 1 + random.below(2) : 20;
  const text = `
version: 1
name: drawn
mode: ${mode}
timezone: UTC
people:
  oncall: { users: ["unix:olga", "unix:omar"] }
  chief: { users: ["unix:chief"], role: admin }
approval: { from: [oncall], need: ${approversNeeded}, expires: ${1 + random.below(10)}m }
limits:
  targetsAtOnce: ${1 + random.below(3)}
  capacityAtOnce: ${[34, 50, 100][random.below(3)]}%
  keepHealthy: { worker: "50%", gateway: 0, broker: 2 }
  changeBudget: { perTarget: ${perTarget} per ${budgetWindow}, perCluster: ${perCluster} per ${budgetWindow} }
  dataAge: { max: ${15 + random.below(60)}s }
  personQuiet: ${random.below(3)}m
rules:
${[...effects].map(([action, effect], index) => ruleText(index, action, effect)).join('\n')}
`;
  const parsed = parsePolicy(text, 'drawn.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => `${problem.where} ${problem.message}`).join('\n'));
  return { policy: parsed.policy, mode, effects, approversNeeded, perTarget, perCluster };
}

function ruleText(index: number, action: ActionName, effect: Effect): string {
  return `  - { id: rule-${index}, effect: ${effect}, actions: [${action}], why: Drawn for this run. }`;
}
