import { blastRadiusOf } from '../../agent/guard/blast-radius.ts';
import type { GuardInput } from '../../agent/guard/decide.ts';
import type { ClusterFacts, Hold, PastAction } from '../../agent/guard/facts.ts';
import { footprintOf } from '../../agent/guard/footprint.ts';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../model/actions.ts';
import type { Approval, ApprovalAnswer } from '../../model/approval.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';
import { instance } from '../agent/guard/fixture.ts';
import type { Choices } from './choices.ts';
import type { Enacted } from './laws.ts';

/*
 * Draws hostile situations: plans that fit the types and nothing else, aliases and look-alikes, empty and repeated
 * targets, unit tricks, plans made for another version of the cluster, approvals for other plans or under another policy.
 * Near misses are likelier than wild ones, because it is near the edge that a guard is wrong.
 */

export const campaignNowMs = 1_767_783_600_000;
const actionNames = Object.keys(actionCatalogue) as ActionName[];

/** One situation; `law` is what the policy that judges says. */
export function drawSituation(choices: Choices, enacted: readonly Enacted[]): { input: GuardInput; enacted: Enacted } {
  const chosen = choices.pick(enacted);
  const inventory = drawCluster(choices);
  const actions = drawActions(choices, inventory);
  const facts = drawFacts(choices, inventory, actions);
  const plan = drawPlan(choices, actions, facts);
  // An approval may have been given while another policy was in force.
  const asked = choices.chance(0.2) ? choices.pick(enacted) : chosen;
  const input: GuardInput = {
    plan,
    purpose: choices.chance(0.1) ? 'undo' : 'apply',
    facts,
    policy: chosen.policy,
    mode: choices.chance(0.9) ? 'autonomous' : choices.pick(['observe', 'propose', 'guarded']),
    nowMs: campaignNowMs,
    approval: choices.chance(0.6) ? drawApproval(choices, plan, asked) : null,
  };
  return { input, enacted: chosen };
}

function drawCluster({ int, chance, pick }: Choices): Inventory {
  const zones = ['zone-a', 'zone-b', 'zone-c'].slice(0, 1 + int(3));
  const nodes = Array.from({ length: 2 + int(5) }, (_, index) => ({
    id: `node-${index + 1}`,
    zoneId: zones[index % zones.length]!,
    state: 'ready' as const,
    cordoned: false,
    cpuCores: 4,
    memoryBytes: 2 ** 32,
    diskBytes: null,
    labels: {},
  }));
  const members = (workloadId: string, count: number): Instance[] =>
    Array.from({ length: count }, (_, index) =>
      instance(`${workloadId}-${index + 1}`, workloadId, nodes[index % nodes.length]!.id, {
        state: chance(0.9) ? 'running' : pick(['starting', 'stopped', 'paused', 'unknown'] as const),
        ready: pick([true, true, true, null, false]),
        generation: 1 + int(3),
      }),
    );
  const brokers = members('broker', pick([1, 3, 3, 5]));
  const workers = members('worker', 1 + int(7));
  const quorum = Math.floor(brokers.length / 2) + 1;
  const group = (id: string) => ({
    id,
    members: brokers.map((broker) => ({ instanceId: broker.id, online: chance(0.9), inSync: chance(0.9) })),
    leaderId: brokers[0]!.id,
    quorum,
    minInSync: quorum + (chance(0.2) ? 1 : 0),
  });
  const workload = (id: 'broker' | 'worker', desired: number) => ({
    id,
    role: id,
    desired,
    version: 'v1',
    previousVersion: 'v0',
    labels: {},
  });
  return {
    clusterId: 'campaign',
    version: 1,
    observedAtMs: {},
    sites: [{ id: 'site-1', kind: 'core' }],
    zones: zones.map((id) => ({ id, siteId: 'site-1' })),
    nodes,
    workloads: [workload('broker', brokers.length), workload('worker', workers.length + int(2))],
    instances: chance(0.02) ? [] : [...brokers, ...workers],
    replicaGroups: [group('orders'), ...(chance(0.3) ? [group('events')] : [])],
    queues: [{ id: 'orders', kind: 'stream', consumerPaused: false }],
    jobs: [{ id: 'job-1', workloadId: 'worker', state: 'running', attempts: 1 }],
    edges: [],
  };
}

function drawActions(choices: Choices, inventory: Inventory): ActionSpec[] {
  const count = choices.pick([0, 1, 1, 1, 1, 1, 1, 2, 2, 3]);
  const actions = Array.from({ length: count }, () => drawAction(choices, inventory));
  if (count > 0 && choices.chance(0.05)) actions.push(actions[0]!);
  return actions;
}

const common: readonly ActionName[] = [
  'instance.restart',
  'instance.stop',
  'instance.start',
  'workload.scale',
  'node.drain',
  'node.reboot',
];

function drawAction(choices: Choices, inventory: Inventory): ActionSpec {
  const { pick, chance } = choices;
  const name = chance(0.7) ? pick(common) : pick(actionNames);
  const { targetKind } = actionCatalogue[name];
  const target: EntityRef = { kind: targetKind, id: pick(idsOf(targetKind, inventory)) };
  const params = paramsOf(name, choices, inventory);
  const action = { name, target, params } as ActionSpec;
  if (!chance(0.06)) return action;
  return pick<() => unknown>([
    () => ({ ...action, target: { ...target, id: lookAlike(target.id, choices) } }),
    () => ({ ...action, target: { kind: pick(['node', 'instance', 'workload', 'cluster'] as const), id: target.id } }),
    () => ({ ...action, params: spoiled(params, choices) }),
    () => ({
      ...action,
      name: pick(['instance.Restart', 'made.up', 'constructor', ' instance.restart', 'shell.exec']),
    }),
    () => ({ ...action, target: { kind: target.kind, id: pick(['', '*', '..', 'worker-*', '__proto__']) } }),
  ])() as ActionSpec;
}

function idsOf(kind: EntityRef['kind'], inventory: Inventory): string[] {
  const lists: Partial<Record<EntityRef['kind'], readonly { readonly id: string }[]>> = {
    instance: inventory.instances,
    workload: inventory.workloads,
    node: inventory.nodes,
    'replica-group': inventory.replicaGroups,
    queue: inventory.queues,
    job: inventory.jobs,
  };
  const ids = (lists[kind] ?? []).map((one) => one.id);
  return ids.length > 0 ? ids : [inventory.clusterId];
}

function paramsOf(name: ActionName, { int, pick }: Choices, inventory: Inventory): object {
  const broker = () => pick(inventory.replicaGroups[0]!.members).instanceId;
  switch (name) {
    case 'instance.restart':
    case 'instance.stop':
    case 'node.drain':
    case 'node.reboot':
      return { graceMs: int(60_000) };
    case 'workload.scale':
      return { to: int(12) };
    case 'workload.set-resources':
      return { cpuCores: 1 + int(4), memoryBytes: null };
    case 'workload.rollback':
      return { toVersion: 'v0' };
    case 'replica.transfer-leader':
      return { from: inventory.replicaGroups[0]!.leaderId, to: pick([null, broker(), 'worker-1']) };
    case 'queue.quarantine-message':
      return { messageId: 'm1' };
    case 'storage.reclaim':
      return { pathId: 'logs' };
    case 'traffic.shed':
      return { ratio: int(11) / 10 };
    case 'person.page':
      return { severity: 2, summary: 'campaign' };
    default:
      return {};
  }
}

function lookAlike(id: string, { pick }: Choices): string {
  return pick([
    id.toUpperCase(),
    `${id} `,
    ` ${id}`,
    `${id}\n`,
    `${id}\u200b`,
    id.replace('o', 'о'),
    id.replace('-', '‐'),
    id.replace(/\d+$/, '0$&'),
    `${id}0`,
    `campaign/${id}`,
    `${id.normalize('NFD')}\u0301`,
  ]);
}

/** Unit tricks and values that JSON or JavaScript would let through. */
function spoiled(params: object, { pick }: Choices): unknown {
  const [key = 'graceMs'] = Object.keys(params);
  const wrong = pick([Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5, '10', '10s', 1e12, null, undefined, [], {}, true]);
  return pick([
    { ...params, [key]: wrong },
    { ...params, command: 'rm -rf /' },
    { [`${key} `]: 1 },
    null,
    'restart',
    [],
  ]);
}

function drawFacts(choices: Choices, inventory: Inventory, actions: readonly ActionSpec[]): ClusterFacts {
  const { pick, int } = choices;
  // Half of the situations are calm, so that one thing alone is wrong as often as many are.
  const calm = choices.chance(0.5);
  const chance = (probability: number) => choices.chance(calm ? probability ** 3 : probability);
  const usually = (probability: number) => !chance(1 - probability);
  const unhealthy = inventory.instances.filter((one) => one.state !== 'running' || one.ready === false || chance(0.08));
  return {
    inventory,
    freshlyRead: usually(0.97),
    dataAgeMs: calm ? 500 : pick([0, 999, 1_000, 1_001, 60_000, 60_001, Number.NaN]),
    unhealthyInstances: new Set(unhealthy.map((one) => one.id)),
    baselineInstances: inventory.instances.length * (usually(0.7) ? 1 : pick([2, 3])),
    holds: chance(0.15) ? [drawHold(choices, inventory)] : [],
    inFlight: chance(0.08) ? [planOf(choices, drawActions(choices, inventory), inventory, 'D-2')] : [],
    history: Array.from({ length: calm ? pick([0, 0, 1]) : pick([0, 0, 1, 2, 6]) }, (_, index) =>
      drawPast(choices, actions, inventory, index),
    ),
    slos: [],
    paused: chance(0.05) ? 'paused' : null,
    stop: chance(0.05) ? 'stop' : null,
    lease: usually(0.95) ? { epoch: 1, expiresAtMs: campaignNowMs + (usually(0.8) ? 15_000 : pick([1, 0, -1])) } : null,
    causeSinceMs: campaignNowMs - (usually(0.5) ? 600_000 : pick([0, 4_999, 5_000, 29_999, 30_000])),
    someoneCanAnswer: usually(0.9),
    supportedActions: new Set(usually(0.95) ? actionNames : actionNames.filter(() => int(2) === 0)),
  };
}

function drawHold({ pick }: Choices, inventory: Inventory): Hold {
  const kind = pick(['instance', 'node', 'workload', 'zone'] as const);
  const id = kind === 'zone' ? pick(inventory.zones).id : pick(idsOf(kind, inventory));
  return {
    entity: { kind, id },
    untilMs: campaignNowMs + pick([-1, 0, 1, 60_000]),
    why: 'hold',
    personId: 'unix:maria',
  };
}

function drawPast(
  { pick, chance, int }: Choices,
  actions: readonly ActionSpec[],
  inventory: Inventory,
  index: number,
): PastAction {
  const planned = actions.map((action) => action.target);
  const elsewhere: EntityRef = { kind: 'instance', id: pick(idsOf('instance', inventory)) };
  const by = chance(0.8) ? 'agent' : 'person';
  return {
    atMs: campaignNowMs - pick([1, 599_999, 600_000, 1_799_999, 1_800_000, 3_599_999, 3_600_000, 7_200_000]),
    by,
    name: 'instance.restart',
    target: planned.length > 0 && chance(0.5) ? pick(planned) : elsewhere,
    decisionId: by === 'agent' ? `D-${100 + index}` : null,
    incidentId: null,
    playbook: 'campaign',
    cause: 'instance-crash',
    rule: 'rule-0',
    purpose: chance(0.9) ? 'apply' : 'undo',
    outcome: pick(['succeeded', 'failed', 'inconclusive', null] as const),
    counts: int(2) === 0,
    ineffective: chance(0.2),
  };
}

function drawPlan(choices: Choices, actions: readonly ActionSpec[], facts: ClusterFacts): Plan {
  const plan = planOf(choices, actions, facts.inventory, 'D-1');
  // A plan made for an earlier version of the cluster.
  if (choices.chance(0.1)) {
    const instances = facts.inventory.instances.map((one) => ({ ...one, generation: one.generation + choices.int(2) }));
    return { ...plan, footprint: footprintOf(actions, { ...facts.inventory, instances }) };
  }
  return choices.chance(0.03) ? { ...plan, footprint: { ...plan.footprint, clusterId: 'other' } } : plan;
}

function planOf(
  choices: Choices,
  actions: readonly ActionSpec[],
  inventory: Inventory,
  decisionId: 'D-1' | 'D-2',
): Plan {
  const steps = actions.map(
    (action, index): PlanStep => ({
      id: `s${index}`,
      action,
      timeoutMs: choices.chance(0.98) ? 60_000 : choices.pick([0, -1, Number.NaN, 1e12]),
      predict: null,
      undo: undoOf(action, choices, inventory),
      undoReason: null,
    }),
  );
  return {
    type: 'plan',
    decisionId,
    incidentId: 'INC-1',
    revision: 1,
    atMs: campaignNowMs,
    playbook: 'campaign',
    cause: { kind: 'instance-crash', entity: { kind: 'instance', id: 'worker-1' }, confidence: 1, signals: 9 },
    summary: 'campaign',
    steps,
    checks: [],
    verification: { afterMs: 0, withinMs: 0, expect: [] },
    cooldownMs: choices.pick([0, 600_000]),
    risk: 'low',
    // A lie about the reach: the guard has to count for itself.
    blastRadius: blastRadiusOf([], { inventory, unhealthyInstances: new Set() }),
    footprint: footprintOf(actions, inventory),
    rehearsal: { status: 'none', why: 'campaign' },
    origin: choices.chance(0.1) ? 'model' : 'rules',
    planHash: `hash-${choices.int(3)}`,
  };
}

function undoOf(action: ActionSpec, choices: Choices, inventory: Inventory): ActionSpec | null {
  const kind = Object.hasOwn(actionCatalogue, action.name) ? actionCatalogue[action.name] : null;
  if (kind === null || kind.inverse === null || choices.chance(0.2)) return null;
  const undo = {
    name: kind.inverse,
    target: action.target,
    params: paramsOf(kind.inverse, choices, inventory),
  } as ActionSpec;
  return choices.chance(0.95) ? undo : drawAction(choices, inventory);
}

const identities = [
  'unix:maria',
  'unix:ivo',
  'unix:lena',
  'slack:U0LENA',
  'unix:Maria',
  'maria',
  'unix:eve',
  'slack:B0T',
  'token:ci',
];

function drawApproval(choices: Choices, plan: Plan, asked: Enacted): Approval {
  const { pick, chance, int } = choices;
  const { law } = asked;
  const honest = law.approvalFrom.flatMap((group) => law.people[group] ?? []);
  const answers = Array.from({ length: int(4) }, (): ApprovalAnswer => {
    const id = chance(0.7) ? pick(honest) : pick(identities);
    const via = id.startsWith('slack:') ? 'slack' : 'cli';
    const atMs = campaignNowMs - pick([0, 1_000, 599_999, 600_000]);
    return { person: { id, via }, answer: chance(0.95) ? 'approve' : 'deny', atMs, reason: null };
  });
  return {
    type: 'approval',
    id: chance(0.95) ? plan.decisionId : 'D-3',
    incidentId: 'INC-1',
    atMs: campaignNowMs,
    planHash: chance(0.9) ? plan.planHash : 'hash-other',
    need: { from: law.approvalFrom, need: law.approvalNeed, oneFromEach: false, expiresMs: 600_000 },
    state: chance(0.8) ? 'approved' : pick(['requested', 'rejected', 'expired', 'withdrawn', 'revoked', 'superseded']),
    requestedAtMs: campaignNowMs - 600_000,
    expiresAtMs: campaignNowMs,
    answers,
    requestedBy: chance(0.2) ? { id: pick(honest), via: 'cli' } : null,
    why: null,
  };
}
