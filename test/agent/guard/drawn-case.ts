import type { GuardInput } from '../../../agent/guard/decide.ts';
import type { PastAction } from '../../../agent/guard/facts.ts';
import { footprintOf } from '../../../agent/guard/footprint.ts';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../../model/actions.ts';
import type { Approval } from '../../../model/approval.ts';
import type { DecisionId, EntityRef } from '../../../model/entity.ts';
import type { Inventory } from '../../../model/inventory.ts';
import type { Plan, Rehearsal } from '../../../model/plan.ts';
import { type Choices, choicesOf } from '../../campaign/choices.ts';
import { act, approval, cluster, facts, instance, noonMs, past, planFor, policyOf, step } from './fixture.ts';

/*
 * Drawn situations in which most limits bind, at their boundaries as often as not: what the guard says in them is kept
 * in `golden/`. Everything follows from the seed.
 */

const limits = (text: string, rules: string, more = '') =>
  policyOf(`
version: 1
name: drawn
mode: autonomous
timezone: Europe/Berlin
people:
  oncall: { users: ["unix:maria", "unix:ivo"] }
  platform: { users: ["unix:lena"], slackGroup: S0PLATFORM }
approval: { from: [oncall] }
modelMayChoose: [trusted-playbook]
limits:
${text}
${more}
rules:
${rules}
`);

const narrow = `
  targetsAtOnce: 2
  capacityAtOnce: 0.34
  keepHealthy: { worker: "60%", broker: 2, gateway: 1 }
  changeBudget: { perTarget: 2 per 30m, perCluster: 3 per 1h }
  dataAge: { max: 30s }
  errorBudget: { slo: freshness, under: "25%", effect: ask }
  storm: { unhealthyOver: "30%", atLeast: 3 }
  fixable: { unhealthyOver: "50%", atLeast: 2, effect: ask }
  breaker: { failed: 2, ineffective: 2, within: 24h, effect: ask }
  holdDown: { instance-crash: 5s, broker: 30s, slow-node: 250ms }
  personQuiet: 10m
`;

const wide = `
  targetsAtOnce: 50
  capacityAtOnce: 1
  keepHealthy: { worker: 0, broker: 0, gateway: 0 }
  oneFailureDomainAtATime: false
  changeBudget: { perTarget: 100 per 1h, perCluster: 1000 per 1h }
  dataAge: { max: 1h, effect: ask }
  storm: { unhealthyOver: 1, atLeast: 1000, effect: ask }
  holdDown: { instance-crash: 0s, broker: 0s }
`;

const anyAuto = '  - { id: any, effect: auto, actions: ["*"], why: all of it }';

const byCondition = `
  - { id: workers, effect: auto, actions: [instance.restart, workload.scale, job.restart], when: 'target.role == "worker" && diagnosis.confidence >= 0.8 && plan.targets <= 2.0', why: replaceable }
  - { id: brokers, effect: ask, actions: [instance.restart, replica.transfer-leader, replica.rebalance], when: 'target.role == "broker" || target.workload == "broker"', approval: { from: [oncall, platform], need: 2, oneFromEach: true, expires: 5m }, why: careful }
  - { id: nodes, effect: ask, actions: [node.drain, node.reboot, node.cordon], when: 'target.zone == "zone-a" && target.site == "site-1" && target.state == "ready" && target.healthy', why: half of them }
  - { id: counted, effect: auto, actions: [workload.scale], when: 'plan.to >= 5.0 && plan.change <= 2.0 && action.reversible', why: bounded }
  - { id: never-gateway, effect: deny, actions: ["*"], when: 'target.role == "gateway" && action.risk != "none"', why: the only one }
  - { id: practised, effect: auto, actions: [instance.stop, instance.start], when: 'drill.ageMs < 86400000.0 && errorBudget.ratio > 0.5 && cluster.unhealthyRatio < 0.2 && rehearsal.status == "rehearsed"', why: practised }
`;

const earning = `
  - { id: earned, effect: auto, actions: ["*"], earned: { succeededMin: 2, lowerBound: 0.3 }, why: by its record }
  - { id: labelled, effect: deny, actions: ["*"], when: 'target.labels["kept"] == "yes" || record.failed > 1.0 || data.ageMs > 20000.0', why: kept }
`;

const windows = `
windows:
  lunch: { cron: "30 11 * * *", lasts: 45m, effect: ask, why: one person on call }
  freeze: { cron: "0 12 * * *", lasts: 1h, zone: UTC, effect: deny, why: change freeze }
`;

const policies = [
  limits(narrow, anyAuto),
  limits(narrow, anyAuto),
  limits(wide, anyAuto),
  limits(wide, byCondition),
  limits(narrow, byCondition),
  limits(wide, earning),
  limits(narrow, earning),
  limits(wide, anyAuto, windows),
];

/** One situation. */
export function drawCase(seed: number): GuardInput {
  const choices = choicesOf(seed);
  const { pick, chance } = choices;
  const inventory = drawInventory(choices);
  const actions = Array.from({ length: pick([0, 1, 1, 1, 1, 1, 1, 2, 2, 3]) }, () => drawAction(choices, inventory));
  const plan = drawPlan(choices, actions, inventory);
  const slos = [{ sloId: 'freshness', value: 1, good: true, badMs: 0, budgetRatio: pick([1, 0.25, 0.2499, 0, 0.6]) }];
  const held = { entity: pick(entitiesOf(inventory)), untilMs: noonMs + pick([-1, 0, 1, 90_000]) };
  const breaker = pick([...actions, act('node.drain', 'node-1')]).target;
  const key = `${breaker.kind}/${breaker.id}` as const;
  const unhealthy = inventory.instances.filter((one) => one.state !== 'running' || chance(0.1)).map(({ id }) => id);
  return {
    plan,
    purpose: chance(0.12) ? 'undo' : 'apply',
    policy: pick(policies),
    mode: pick(['observe', 'propose', 'guarded', 'guarded', 'autonomous', 'autonomous', 'autonomous', 'autonomous']),
    nowMs: noonMs + pick([0, 0, 0, 900_000, 3_600_000 - 1, 40 * 60_000]),
    approval: chance(0.35) ? drawApproval(choices) : null,
    ...(chance(0.1) ? { stepIds: ['s1'] } : {}),
    facts: facts({
      inventory,
      freshlyRead: chance(0.97),
      dataAgeMs: pick([0, 1_000, 29_999, 30_000, 30_001, 3_600_000, 3_600_001, Number.NaN]),
      unhealthyInstances: new Set(unhealthy),
      baselineInstances: inventory.instances.length * pick([1, 1, 1, 1, 2, 2.1]),
      holds: chance(0.15) ? [{ ...held, why: 'at work', personId: 'unix:ivo' }] : [],
      inFlight: chance(0.2)
        ? [drawPlan(choices, [drawAction(choices, inventory)], inventory, { decisionId: 'D-2' })]
        : [],
      history: Array.from({ length: pick([0, 0, 1, 2, 3, 4]) }, (_, i) => drawPast(choices, actions, inventory, i)),
      slos: chance(0.9) ? slos : [],
      paused: chance(0.05) ? 'database move' : null,
      stop: chance(0.05) ? 'drill' : null,
      lease: chance(0.95)
        ? { epoch: 3, expiresAtMs: noonMs + pick([3_600_000, 3_600_000, 2_500, 1, 0, -90_000]) }
        : null,
      causeSinceMs: noonMs - pick([0, 249, 250, 4_999, 5_000, 29_999, 30_000, 3_600_000]),
      someoneCanAnswer: chance(0.9),
      supportedActions: new Set(actionNames.filter(() => chance(0.97))),
      ...(chance(0.1) ? { openBreakers: new Map([[key, '2 failed of 2']]) } : {}),
      ...(chance(0.2) ? { breakerResetsAtMs: new Map([[key, noonMs - pick([1, 600_000, 7_200_000])]]) } : {}),
      ...(chance(0.2) ? { recordResetsAtMs: new Map([['earned', noonMs - pick([1, 600_000, 7_200_000])]]) } : {}),
      ...(chance(0.6) ? { drillAgeMs: new Map([[plan.playbook, pick([0, 86_399_999, 86_400_000])]]) } : {}),
    }),
  };
}

const actionNames = Object.keys(actionCatalogue) as ActionName[];

function drawInventory({ pick, chance, int }: Choices): Inventory {
  const base = cluster();
  const more = [
    instance('worker-7', 'worker', 'node-1'),
    instance('stray-1', 'gone', 'node-2'),
    instance('lost-1', 'worker', 'node-9'),
  ];
  const edges = [
    { kind: 'consumes-from', from: { kind: 'workload', id: 'worker' }, to: { kind: 'queue', id: 'orders' } },
    { kind: 'consumes-from', from: { kind: 'job', id: 'job-1' }, to: { kind: 'queue', id: 'orders' } },
    { kind: 'consumes-from', from: { kind: 'workload', id: 'gateway' }, to: { kind: 'queue', id: 'events' } },
    { kind: 'consumes-from', from: { kind: 'workload', id: 'gateway' }, to: { kind: 'workload', id: 'orders' } },
    { kind: 'produces-to', from: { kind: 'workload', id: 'gateway' }, to: { kind: 'queue', id: 'orders' } },
  ] as const;
  return {
    ...base,
    edges,
    clusterId: chance(0.97) ? 'test' : 'other',
    nodes: base.nodes.map((node) => ({ ...node, state: chance(0.9) ? 'ready' : 'not-ready' })) as Inventory['nodes'],
    workloads: base.workloads.map((one) => ({ ...one, desired: one.desired + pick([0, 0, 0, 1, -1]) })),
    instances: [...base.instances, ...more.filter(() => chance(0.4))].map((one) => ({
      ...one,
      state: pick([...Array<'running'>(12).fill('running'), 'starting', 'stopped', 'paused', 'unknown'] as const),
      ready: pick([true, true, true, true, true, null, false]),
      generation: 1 + (chance(0.05) ? 1 : 0),
      labels: chance(0.1) ? { kept: 'yes' } : {},
    })),
    replicaGroups: ['orders', 'events'].slice(0, 1 + int(2)).map((id) => ({
      id,
      members: ['broker-1', 'broker-2', 'broker-3'].map((instanceId) => ({
        instanceId,
        online: chance(0.9),
        inSync: chance(0.9),
      })),
      leaderId: pick(['broker-1', 'broker-2', null]),
      quorum: 2,
      minInSync: pick([1, 2, 2, 3]),
    })),
  };
}

function entitiesOf(inventory: Inventory): EntityRef[] {
  return [
    ...inventory.instances.map(({ id }): EntityRef => ({ kind: 'instance', id })),
    ...inventory.nodes.map(({ id }): EntityRef => ({ kind: 'node', id })),
    ...inventory.workloads.map(({ id }): EntityRef => ({ kind: 'workload', id })),
    ...inventory.zones.map(({ id }): EntityRef => ({ kind: 'zone', id })),
    { kind: 'site', id: 'site-1' },
    { kind: 'cluster', id: 'test' },
    { kind: 'replica-group', id: 'orders' },
    { kind: 'queue', id: 'orders' },
    { kind: 'job', id: 'job-1' },
  ];
}

function drawAction({ pick, chance, int }: Choices, inventory: Inventory): ActionSpec {
  const name = chance(0.5) ? pick(['instance.restart', 'workload.scale', 'node.drain'] as const) : pick(actionNames);
  const ids = entitiesOf(inventory).filter(({ kind }) => kind === actionCatalogue[name].targetKind);
  const id = chance(0.97) ? pick(ids).id : 'nobody';
  if (name === 'workload.scale') return act(name, id, { to: int(9) });
  if (name === 'replica.transfer-leader') {
    return act(name, id, {
      from: pick(['broker-1', 'broker-2']),
      to: pick([null, 'broker-1', 'broker-2', 'broker-3', 'worker-1']),
    });
  }
  const params: Partial<Record<ActionName, object>> = {
    'workload.set-resources': { cpuCores: 1, memoryBytes: null },
    'workload.rollback': { toVersion: 'v0' },
    'queue.quarantine-message': { messageId: 'm1' },
    'storage.reclaim': { pathId: 'logs' },
    'traffic.shed': { ratio: 0.5 },
    'person.page': { severity: 2, summary: 'drawn' },
  };
  return params[name] === undefined ? act(name, id) : act(name, id, params[name]);
}

function drawPlan(
  choices: Choices,
  actions: readonly ActionSpec[],
  inventory: Inventory,
  more: Partial<Plan> = {},
): Plan {
  const { pick, chance } = choices;
  const earlier = { ...inventory, instances: inventory.instances.map((one) => ({ ...one, generation: 1 })) };
  const plan = planFor(actions, inventory);
  return {
    ...plan,
    footprint: footprintOf(actions, chance(0.9) ? inventory : earlier),
    playbook: pick(['restart-dead-instance', 'trusted-playbook']),
    origin: pick(['rules', 'rules', 'rules', 'model', 'person'] as const),
    cause: {
      kind: pick(['instance-crash', 'slow-node', 'load-surge'] as const),
      entity: { kind: 'instance', id: 'worker-1' },
      confidence: pick([0.79, 0.8, 1]),
      signals: 2,
    },
    cooldownMs: pick([0, 600_000, 5_400_000]),
    rehearsal: drawRehearsal(choices),
    steps: actions.map((action, i) => {
      const { inverse } = actionCatalogue[action.name];
      const undo = inverse === null || chance(0.2) ? null : ({ ...action, name: inverse } as ActionSpec);
      return step(action, { id: `s${i + 1}`, undo });
    }),
    ...more,
  };
}

function drawRehearsal({ pick, chance }: Choices): Rehearsal {
  if (chance(0.4)) return { status: 'none', why: 'no twin' };
  if (chance(0.1)) return { status: 'cannot-rehearse', why: 'the twin knows nothing of it' };
  const loss = pick([0, 1_000, 60_000]);
  return {
    status: 'rehearsed',
    doNothing: [0, pick([0, 1_000, 60_000]), 120_000],
    withPlan: [0, loss, loss + 1_000],
    spared: pick<readonly [number, number, number]>([
      [0, 0, 0],
      [-60_000, -1_000, -1],
      [-1, 1_000, 2_000],
    ]),
    recoversAlone: pick([0, 0.5, 1]),
    horizonMs: 600_000,
    checkpoints: [],
    assumptions: [],
  };
}

function drawPast(
  { pick, chance }: Choices,
  actions: readonly ActionSpec[],
  inventory: Inventory,
  i: number,
): PastAction {
  const by = chance(0.8) ? 'agent' : 'person';
  return past({
    atMs: noonMs - pick([0, 1, 599_999, 600_000, 1_799_999, 1_800_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000]),
    by,
    name: pick(['instance.restart', 'workload.scale', 'person.page', null] as const),
    target: actions.length > 0 && chance(0.7) ? pick(actions).target : pick(entitiesOf(inventory)),
    decisionId: by === 'person' ? null : pick<DecisionId>(['D-1', 'D-2', `D-${901 + i}`, 'D-900']),
    rule: pick(['any', 'earned']),
    playbook: pick(['restart-dead-instance', 'trusted-playbook']),
    cause: pick(['instance-crash', 'instance-crash', 'slow-node'] as const),
    purpose: chance(0.85) ? 'apply' : 'undo',
    outcome: pick(['succeeded', 'succeeded', 'failed', 'inconclusive', 'error', null] as const),
    counts: chance(0.8),
    ineffective: chance(0.2),
  });
}

function drawApproval({ pick, chance, int }: Choices): Approval {
  const id = () =>
    pick(['unix:maria', 'unix:ivo', 'unix:lena', 'slack:U0LENA', 'slack:U0LENA', 'slack:B0T', 'unix:eve']);
  return approval({
    id: chance(0.95) ? 'D-1' : 'D-3',
    planHash: chance(0.95) ? 'hash-1' : 'hash-2',
    state: chance(0.75)
      ? 'approved'
      : pick(['requested', 'rejected', 'expired', 'withdrawn', 'revoked', 'superseded'] as const),
    requestedBy: chance(0.2) ? { id: id(), via: 'cli' } : null,
    answers: Array.from({ length: 1 + int(3) }, () => {
      const personId = id();
      return {
        person: { id: personId, via: personId.startsWith('slack:') ? 'slack' : 'cli' },
        answer: chance(0.9) ? 'approve' : 'deny',
        atMs: noonMs - pick([0, 299_999, 300_000, 599_999, 600_000]),
        reason: null,
        ...(chance(0.5) ? { groups: [pick(['oncall', 'platform'])] } : {}),
      } as Approval['answers'][number];
    }),
    why: chance(0.5) ? 'as drawn' : null,
  });
}
