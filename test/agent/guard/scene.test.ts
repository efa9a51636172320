import { expect, test } from 'vitest';
import { explainAction, explainInput, factMistakes, type SetFacts } from '../../../agent/guard/explain.ts';
import type { GuardInput } from '../../../agent/guard/judgement.ts';
import { settableFacts } from '../../../agent/guard/scene.ts';
import { type ActionName, actionCatalogue } from '../../../model/actions.ts';
import { policyWith } from './fixture.ts';

/*
 * The made-up cluster of `policy explain`, whole, for every action and every fact that may be set, and what the guard
 * answers in it. Kept in `golden/`; written anew with `-u`, and then read.
 */

const policy = policyWith(
  {
    errorBudget: '{ slo: freshness, under: "25%" }',
    keepHealthy: '{ worker: "60%" }',
    storm: '{ unhealthyOver: 0.4 }',
  },
  `replace:rules:
  - { id: any, effect: auto, actions: ["*"], earned: { succeededMin: 5, lowerBound: 0.5 }, why: test }
  - { id: few, effect: ask, actions: [workload.scale], when: plan.to < 5.0, why: few are left }
windows:
  night: { cron: "0 22 * * *", lasts: 8h, effect: ask, why: one person on call }
`,
);

const actionNames = Object.keys(actionCatalogue) as ActionName[];

/** One value for each fact that may be set, other than the calm one. */
const disturbed: SetFacts = {
  'target.role': 'worker',
  'target.workload': 'orders-worker',
  'target.node': 'node-7',
  'target.zone': 'zone-c',
  'target.site': 'edge',
  'target.healthy': false,
  'diagnosis.cause': 'memory-leak',
  'diagnosis.confidence': 0.5,
  'diagnosis.signals': 1,
  'diagnosis.lastedMs': 1_000,
  'plan.playbook': 'restart-leaking-worker',
  'plan.origin': 'model',
  'plan.to': 3,
  'plan.change': 2,
  'data.ageMs': 7_200_000,
  'cluster.unhealthyRatio': 0.25,
  'errorBudget.ratio': 0.1,
  'record.succeeded': 1,
  'record.lowerBound': 0.25,
  'record.demoted': 'true',
  'drill.ageMs': 86_400_000,
  'rehearsal.recoversAlone': 0.75,
  'budget.usedOnTarget': 2,
  'budget.usedInCluster': 3,
  mode: 'propose',
  stop: true,
  paused: true,
  lease: false,
  held: true,
  someoneCanAnswer: false,
  'target.labels.team': 'orders',
  'target.labels["homeostat/protected"]': 'true',
  at: '2026-01-07T23:30',
};

test('there is a disturbed value for every fact that may be set', () => {
  const names = Object.keys(disturbed).filter((name) => !name.startsWith('target.labels') && name !== 'at');
  expect(names.toSorted()).toEqual([...settableFacts].toSorted());
});

test('the calm scene around each action is what it was', async () => {
  const [first, ...others] = actionNames.map((name) => [
    name,
    ...pictureOf(explainInput(name, 'x', policy, {})!).split('\n'),
  ]);
  const different = others.map((lines) => lines.filter((line) => !first!.includes(line)));
  const pictures = [first!, ...different].map((lines) => lines.join('\n'));
  await expect(`${pictures.join('\n\n')}\n`).toMatchFileSnapshot('golden/calm-scenes.txt');
});

test('each fact changes the scene as it did', async () => {
  const pictures = (['workload.scale', 'instance.restart', 'node.drain', 'replica.rebalance'] as const).flatMap(
    (name) => {
      const calm = pictureOf(explainInput(name, 'x', policy, {})!).split('\n');
      return Object.entries({ ...disturbed, 'plan.to ': 0, 'plan.change ': -3, 'plan.to  ': 12 }).map(
        ([fact, value]) => {
          const changed = pictureOf(explainInput(name, 'x', policy, { [fact.trim()]: value })!).split('\n');
          return `${name}, ${fact.trim()} = ${value}\n${changed.filter((line) => !calm.includes(line)).join('\n')}`;
        },
      );
    },
  );
  await expect(`${pictures.join('\n\n')}\n`).toMatchFileSnapshot('golden/disturbed-scenes.txt');
});

test('both a count and a change of it fix what it was before', () => {
  const desired = (set: SetFacts) =>
    explainInput('workload.scale', 'x', policy, set)?.facts.inventory.workloads.find(({ id }) => id === 'x')?.desired;
  expect(
    [{ 'plan.to': 5, 'plan.change': 5 }, { 'plan.to': 5, 'plan.change': 6 }, { 'plan.to': 1 }].map(desired),
  ).toEqual([0, 11, 0]);
});

test.each([
  'instance.restart',
  'workload.scale',
  'node.drain',
  'replica.rebalance',
  'queue.pause-consumer',
  'job.restart',
] as const)('%s is explained in the same words', async (name) => {
  const explained = Object.entries({ 'target.role ': 'worker', ...disturbed }).map(([fact, value]) => {
    const answer = explainAction(name, 'x', policy, { [fact.trim()]: value });
    if (!answer.ok) return JSON.stringify(answer.problems);
    const { effect, rule, why, checks, wouldBeAutoIf, approval } = answer.explanation;
    const failed = checks.filter(({ ok }) => !ok).map((one) => one.name);
    const need = approval === null ? '' : `; ${JSON.stringify(approval)}`;
    return `${fact} = ${value}: ${effect} ${rule}: ${why} [${failed}] of ${checks.length} <${wouldBeAutoIf.join(' | ')}>${need}`;
  });
  await expect(`${explained.join('\n')}\n`).toMatchFileSnapshot(`golden/explained-${name}.txt`);
});

test('a stranger to the catalogue is denied by default, and the nearest name is offered', () => {
  expect(explainAction('instance.restrat', 'x', policy, {})).toEqual({
    ok: true,
    explanation: {
      effect: 'deny',
      rule: 'default',
      why: 'instance.restrat is not an action of the catalogue; instance.restart is',
      checks: [
        {
          name: 'default',
          ok: false,
          why: 'instance.restrat is not an action of the catalogue; instance.restart is',
        },
      ],
      wouldBeAutoIf: [],
      approval: null,
    },
  });
  expect(explainAction('zzzzzzzzzzzzzzz', 'x', policy, {})).toMatchObject({
    explanation: { why: 'zzzzzzzzzzzzzzz is not an action of the catalogue' },
  });
  expect(explainInput('constructor', 'x', policy, {})).toBeNull();
  expect(explainInput('instance.restart', 'x', policy, { 'target.rol': 'worker' })).toBeNull();
});

test('each fact that cannot be set so is named with what would do', () => {
  const set = {
    at: 'noon',
    'target.rol': 'worker',
    zzzzzzzzzzzzzz: 1,
    'target.role': 'king',
    'plan.to': '',
    'plan.change': true,
    'diagnosis.signals': 'two',
    stop: 'yes',
    constructor: 1,
  };
  expect(factMistakes(set, 'UTC')).toEqual([
    {
      code: 'FACT_INSTANT',
      message: 'at: noon is not a time',
      where: 'at',
      hint: 'such as 2026-03-07T10:00 or 2026-03-07T10:00Z',
    },
    fact('target.rol', 'target.rol is not a fact that can be set', 'did you mean target.role?'),
    fact('zzzzzzzzzzzzzz', 'zzzzzzzzzzzzzz is not a fact that can be set', allFacts),
    fact(
      'target.role',
      'target.role: king is not one of: broker, worker, coordinator, storage, gateway',
      'did you mean target.role?',
    ),
    fact('plan.to', 'plan.to:  is not a number', 'did you mean plan.to?'),
    fact('plan.change', 'plan.change: true is not a number', 'did you mean plan.change?'),
    fact('diagnosis.signals', 'diagnosis.signals: two is not a number', 'did you mean diagnosis.signals?'),
    fact('stop', 'stop: yes is neither true nor false', 'did you mean stop?'),
    fact('constructor', 'constructor is not a fact that can be set', allFacts),
  ]);
  expect(explainAction('instance.restart', 'x', policy, { stop: 'yes' })).toMatchObject({ ok: false });
  expect(factMistakes({}, 'UTC')).toEqual([]);
});

const allFacts = `facts: ${settableFacts.join(', ')}, target.labels.NAME`;

function fact(where: string, message: string, hint: string) {
  return { code: 'FACT', message, where, hint };
}

/** One line per part; members that differ in nothing but their number are told once. */
function pictureOf(input: GuardInput): string {
  const { plan, facts, effectiveRecord, policy: asIf, ...rest } = input;
  const { inventory, ...others } = facts;
  const instances = new Map<string, string[]>();
  for (const { id, ...same } of inventory.instances) {
    const key = JSON.stringify(same);
    instances.set(key, [...(instances.get(key) ?? []), id]);
  }
  const parts = {
    ...rest,
    policyMode: asIf.mode,
    ...plan,
    ...others,
    ...inventory,
    effectiveRecord: [...(effectiveRecord ?? [])],
    instances: [...instances].map(([same, ids]) => `${ids.length} from ${ids[0]} to ${ids.at(-1)}: ${same}`),
  };
  return Object.entries(parts)
    .map(([key, value]) => `  ${key}: ${JSON.stringify(value, asList)}`)
    .join('\n');
}

function asList(_key: string, value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...value] : value;
}
