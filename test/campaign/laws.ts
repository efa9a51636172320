import { type Policy, parsePolicy } from '../../agent/guard/policy.ts';
import type { Choices } from './choices.ts';

/** What a policy of the campaign says, in a form that the oracle reads without the product's parser. */
export interface Law {
  readonly mode: 'observe' | 'propose' | 'guarded' | 'autonomous';
  readonly targetsAtOnce: number;
  readonly keepShare: number;
  readonly capacityAtOnce: number;
  readonly oneZone: boolean;
  readonly perTarget: number;
  readonly perCluster: number;
  readonly dataAgeMsMax: number;
  readonly stormOver: number;
  readonly rules: readonly LawRule[];
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly approvalFrom: readonly string[];
  readonly approvalNeed: number;
}

export interface LawRule {
  readonly effect: 'auto' | 'ask' | 'deny';
  readonly actions: readonly string[];
  /** Only for targets of workloads with this role; null for all. */
  readonly role: string | null;
}

export interface Enacted {
  readonly law: Law;
  readonly policy: Policy;
}

const names = [
  '*',
  'instance.restart',
  'instance.stop',
  'instance.start',
  'workload.scale',
  'node.drain',
  'node.reboot',
  'node.cordon',
];

/** A random policy and its compiled form. Most are permissive, so that it is the limits that have to hold. */
export function enact(choices: Choices): Enacted {
  const law = drawLaw(choices);
  const parsed = parsePolicy(write(law), 'campaign.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { law, policy: parsed.policy };
}

function drawLaw(choices: Choices): Law {
  const { pick, chance, int } = choices;
  const rules: LawRule[] = Array.from({ length: int(4) }, () => ({
    effect: pick(['auto', 'auto', 'auto', 'ask', 'ask', 'deny'] as const),
    actions: [pick(names.slice(1)), pick(names.slice(1))].filter((name, index, all) => all.indexOf(name) === index),
    role: pick(['worker', 'broker', null]),
  }));
  if (chance(0.9)) rules.push({ effect: pick(['auto', 'auto', 'auto', 'ask'] as const), actions: ['*'], role: null });
  return {
    mode: pick(['observe', 'propose', 'guarded', 'guarded', ...Array<'autonomous'>(8).fill('autonomous')] as const),
    targetsAtOnce: pick([1, 2, 3, 10]),
    keepShare: pick([0, 0.3, 0.5, 0.6, 0.9]),
    capacityAtOnce: pick([0.2, 0.34, 0.5, 1]),
    oneZone: chance(0.6),
    perTarget: pick([1, 2, 50]),
    perCluster: pick([2, 6, 100]),
    dataAgeMsMax: pick([1_000, 60_000]),
    stormOver: pick([0.3, 0.5, 0.9]),
    rules,
    people: { oncall: ['unix:maria', 'unix:ivo'], platform: ['unix:lena', 'slack:U0LENA'] },
    approvalFrom: pick([['oncall'], ['platform'], ['oncall', 'platform']]),
    approvalNeed: pick([1, 1, 2]),
  };
}

function write(law: Law): string {
  const people = Object.entries(law.people).map(([id, users]) => [id, { users }]);
  const rules = law.rules.map((rule, index) => ({
    id: `rule-${index}`,
    effect: rule.effect,
    actions: rule.actions,
    ...(rule.role === null ? {} : { when: `target.role == "${rule.role}"` }),
    why: 'campaign',
  }));
  const roles = ['broker', 'worker', 'coordinator', 'storage', 'gateway'];
  // JSON is YAML.
  return JSON.stringify({
    version: 1,
    name: 'campaign',
    mode: law.mode,
    timezone: 'UTC',
    people: Object.fromEntries(people),
    approval: { from: law.approvalFrom, need: law.approvalNeed, expires: '10m' },
    limits: {
      targetsAtOnce: law.targetsAtOnce,
      capacityAtOnce: law.capacityAtOnce,
      keepHealthy: Object.fromEntries(roles.map((role) => [role, law.keepShare])),
      oneFailureDomainAtATime: law.oneZone,
      changeBudget: { perTarget: `${law.perTarget} per 30m`, perCluster: `${law.perCluster} per 1h` },
      dataAge: { max: `${law.dataAgeMsMax}ms` },
      storm: { unhealthyOver: law.stormOver, atLeast: 3 },
    },
    rules,
  });
}
