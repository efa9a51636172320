import type { ActionSpec } from '../../model/actions.ts';
import type { Instance, Inventory } from '../../model/inventory.ts';
import type { Law } from './laws.ts';

/*
 * What must hold of everything that the guard lets pass, written again from the specification. Nothing here comes from
 * the guard: the model types are all it shares. Each law returns what was broken, or null.
 */

/** The situation as it truly is. `input` is what the guard was shown; it may be told less. */
export interface Truth {
  readonly plan: import('../../model/plan.ts').Plan;
  readonly purpose: 'apply' | 'undo';
  readonly facts: import('../../agent/guard/facts.ts').ClusterFacts;
  readonly mode: string;
  readonly nowMs: number;
  readonly approval: import('../../model/approval.ts').Approval | null;
  readonly law: Law;
}

type Broken = string | null;

/** Every broken invariant of a plan that was let through; empty where all hold. */
export function brokenBy(truth: Truth): string[] {
  const actions = actionsOf(truth);
  const always = [
    brokenBrakes(truth),
    ...actions.map((action) => brokenShape(action, truth)),
    brokenRepeats(actions),
    brokenQuorum(truth, actions),
    brokenCapacity(truth, actions),
    brokenZones(truth, actions),
    brokenTargetsAtOnce(truth, actions),
    brokenHolds(truth, actions),
    brokenPersonChange(truth, actions),
  ];
  const forNew = [brokenAuthority(truth, actions), brokenPace(truth, actions), brokenStaleness(truth)];
  return [...always, ...(truth.purpose === 'apply' ? forNew : [])].filter((one) => one !== null);
}

export function actionsOf({ plan, purpose }: Truth): ActionSpec[] {
  const specs = plan.steps.map((step) => (purpose === 'apply' ? step.action : step.undo));
  return specs.filter((spec) => spec !== null);
}

function brokenBrakes(truth: Truth): Broken {
  const { facts, nowMs, purpose, plan } = truth;
  if (facts.stop !== null) return 'I2 acted under STOP';
  if (facts.lease === null || facts.lease.expiresAtMs <= nowMs) return 'I3 acted without the lease';
  if (!facts.freshlyRead) return 'I6 acted on facts that were not fresh';
  if (purpose === 'apply' && facts.paused !== null) return 'acted while paused';
  if (purpose === 'apply' && facts.inFlight.some((other) => other.decisionId !== plan.decisionId))
    return 'two plans at once';
  // Calling a person is no act, and the more doubtful the view the more it is wanted.
  return actionsOf(truth).every((action) => action.name === 'person.page') ? null : brokenDoubts(truth);
}

function brokenDoubts({ facts, law }: Truth): Broken {
  if (!(facts.dataAgeMs <= law.dataAgeMsMax)) return 'I7 acted on stale data';
  const seen = facts.inventory.instances.length;
  if (seen === 0 || seen * 2 < facts.baselineInstances) return 'I7 acted on a collapsed inventory';
  const red = facts.inventory.instances.filter((one) => facts.unhealthyInstances.has(one.id));
  const spread = new Set(red.map((one) => one.workloadId)).size;
  return red.length >= 3 && spread >= 2 && red.length / seen > law.stormOver ? 'I7 acted in a storm' : null;
}

const shapes: Readonly<Record<string, readonly [kind: string, valid: (params: Record<string, unknown>) => boolean]>> = {
  'instance.restart': ['instance', hasGrace],
  'instance.stop': ['instance', hasGrace],
  'instance.start': ['instance', isEmpty],
  'instance.reconnect-network': ['instance', isEmpty],
  'workload.scale': ['workload', (p) => hasOnly(p, ['to']) && isCount(p.to, 10_000)],
  'workload.set-resources': ['workload', (p) => hasOnly(p, ['cpuCores', 'memoryBytes']) && Number(p.cpuCores) > 0],
  'workload.rollback': ['workload', (p) => hasOnly(p, ['toVersion']) && isName(p.toVersion)],
  'node.cordon': ['node', isEmpty],
  'node.uncordon': ['node', isEmpty],
  'node.drain': ['node', hasGrace],
  'node.reboot': ['node', hasGrace],
  'node.park': ['node', isEmpty],
  'node.unpark': ['node', isEmpty],
  'replica.transfer-leader': ['replica-group', (p) => hasOnly(p, ['from', 'to']) && isName(p.from)],
  'replica.rebalance': ['replica-group', isEmpty],
  'queue.pause-consumer': ['queue', isEmpty],
  'queue.resume-consumer': ['queue', isEmpty],
  'queue.quarantine-message': ['queue', (p) => hasOnly(p, ['messageId']) && isName(p.messageId)],
  'job.restart': ['job', isEmpty],
  'job.stop': ['job', isEmpty],
  'storage.reclaim': ['node', (p) => hasOnly(p, ['pathId']) && isName(p.pathId)],
  'traffic.shed': ['workload', (p) => hasOnly(p, ['ratio']) && Number(p.ratio) >= 0 && Number(p.ratio) <= 1],
  'person.page': ['cluster', (p) => hasOnly(p, ['severity', 'summary']) && isCount(p.severity, 4)],
};

function hasOnly(params: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(params).sort().join() === [...keys].sort().join();
}

function isEmpty(params: Record<string, unknown>): boolean {
  return Object.keys(params).length === 0;
}

function hasGrace(params: Record<string, unknown>): boolean {
  return hasOnly(params, ['graceMs']) && isCount(params.graceMs, 3_600_000);
}

function isCount(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0;
}

function brokenShape({ name, target, params }: ActionSpec, { facts }: Truth): Broken {
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (shape === undefined) return `I8 ${name} is not an action`;
  const [kind, valid] = shape;
  if (target.kind !== kind) return `I8 ${name} on a ${target.kind}`;
  if (
    typeof params !== 'object' ||
    params === null ||
    Array.isArray(params) ||
    !valid(params as Record<string, unknown>)
  ) {
    return `I8 ${name} with ${JSON.stringify(params)}`;
  }
  if (!facts.supportedActions.has(name)) return `I8 ${name} has no actuator`;
  return exists(kind, target.id, facts.inventory) ? null : `I8 ${JSON.stringify(target.id)} does not exist`;
}

function exists(kind: string, id: string, inventory: Inventory): boolean {
  const ids: Readonly<Record<string, readonly string[]>> = {
    cluster: [inventory.clusterId],
    node: inventory.nodes.map((one) => one.id),
    instance: inventory.instances.map((one) => one.id),
    workload: inventory.workloads.map((one) => one.id),
    'replica-group': inventory.replicaGroups.map((one) => one.id),
    queue: inventory.queues.map((one) => one.id),
    job: inventory.jobs.map((one) => one.id),
  };
  return (ids[kind] ?? []).includes(id);
}

function brokenRepeats(actions: readonly ActionSpec[]): Broken {
  if (actions.length === 0) return 'I8 acted on nothing';
  const keys = actions.map(({ name, target }) => `${name}|${target.kind}|${target.id}`);
  return new Set(keys).size === keys.length ? null : 'I8 the same action twice on one target';
}

/** Which instances an action surely interrupts. */
function interrupts({ name, target }: ActionSpec, { instances }: Inventory): Instance[] {
  if (name === 'instance.restart' || name === 'instance.stop' || name === 'instance.reconnect-network') {
    return instances.filter((one) => one.id === target.id);
  }
  if (name === 'node.drain' || name === 'node.reboot' || name === 'node.park') {
    return instances.filter((one) => one.nodeId === target.id);
  }
  if (name === 'workload.rollback' || name === 'workload.set-resources') {
    return instances.filter((one) => one.workloadId === target.id);
  }
  return [];
}

/** Members of workloads that are rolled back: they go one after another, so one is missing at any time. */
function rolled(actions: readonly ActionSpec[], { instances }: Inventory): Set<string> {
  const ids = actions.filter(({ name }) => name === 'workload.rollback').map(({ target }) => target.id);
  return new Set(instances.filter((one) => ids.includes(one.workloadId)).map((one) => one.id));
}

function interruptedAtOnce(actions: readonly ActionSpec[], inventory: Inventory): Set<string> {
  const others = actions.filter(({ name }) => name !== 'workload.rollback');
  return new Set(others.flatMap((action) => interrupts(action, inventory)).map((one) => one.id));
}

function removedByScaling(actions: readonly ActionSpec[], workloadId: string, inventory: Inventory): number {
  const members = inventory.instances.filter((one) => one.workloadId === workloadId).length;
  let removed = 0;
  for (const action of actions) {
    if (action.name !== 'workload.scale' || action.target.id !== workloadId) continue;
    removed = Math.max(removed, members - action.params.to);
  }
  return removed;
}

function interruptedInFlight({ facts }: Truth): Set<string> {
  const specs = facts.inFlight.flatMap((plan) => plan.steps.map((step) => step.action));
  return new Set(specs.flatMap((spec) => interrupts(spec, facts.inventory)).map((one) => one.id));
}

function brokenQuorum(truth: Truth, actions: readonly ActionSpec[]): Broken {
  const { inventory } = truth.facts;
  const gone = new Set(actions.flatMap((action) => interrupts(action, inventory)).map((one) => one.id));
  const busy = interruptedInFlight(truth);
  for (const group of inventory.replicaGroups) {
    const serving = group.members.filter((member) => member.online && member.inSync && !busy.has(member.instanceId));
    const left = serving.filter((member) => !gone.has(member.instanceId)).length;
    // Members are brokers here; a scale-in of theirs may take any of them.
    const scaled = Math.min(left, removedByScaling(actions, 'broker', inventory));
    const after = left - scaled;
    if (after < serving.length && after < Math.max(group.quorum, group.minInSync)) return `I6 quorum of ${group.id}`;
  }
  return null;
}

function brokenCapacity(truth: Truth, actions: readonly ActionSpec[]): Broken {
  const { inventory, unhealthyInstances } = truth.facts;
  const gone = interruptedAtOnce(actions, inventory);
  const turns = rolled(actions, inventory);
  const busy = interruptedInFlight(truth);
  for (const workload of inventory.workloads) {
    const healthy = inventory.instances.filter(
      (one) => one.workloadId === workload.id && !unhealthyInstances.has(one.id),
    );
    const spared = healthy.filter((one) => !gone.has(one.id));
    // Whichever of them is having its turn: the first will do, for all of them count alike.
    const turn = spared.find((one) => turns.has(one.id) && !busy.has(one.id));
    const kept = spared.filter((one) => one !== turn);
    const all = inventory.instances.filter((one) => one.workloadId === workload.id).length;
    // The engine may remove healthy members first.
    const scaled = Math.min(kept.length, Math.max(0, removedByScaling(actions, workload.id, inventory)));
    const lost = healthy.length - kept.length + (removedByScaling(actions, workload.id, inventory) > 0 ? scaled : 0);
    if (lost === 0 || all === 0) continue;
    // Named and chosen victims may be the same members, so the surely lost ones are the larger of the two.
    const sure = Math.max(healthy.length - kept.length, Math.min(healthy.length, scaled));
    const remaining = healthy.filter((one) => !busy.has(one.id)).length - sure;
    if (remaining < truth.law.keepShare * workload.desired - 1e-9) return `I6 capacity of ${workload.id}`;
    if (sure / workload.desired > truth.law.capacityAtOnce + 1e-9) return `I1 share of ${workload.id}`;
  }
  return null;
}

function brokenZones(truth: Truth, actions: readonly ActionSpec[]): Broken {
  const { inventory, unhealthyInstances } = truth.facts;
  if (!truth.law.oneZone) return null;
  const onlyRolled = actions.length === 1 && actions[0]!.name === 'workload.rollback';
  if (onlyRolled && interruptedInFlight(truth).size === 0) return null;
  const hit = actions
    .flatMap((action) => interrupts(action, inventory))
    .filter((one) => !unhealthyInstances.has(one.id));
  const zones = new Set(hit.map((one) => inventory.nodes.find((node) => node.id === one.nodeId)?.zoneId));
  return zones.size > 1 ? 'I6 two failure domains at once' : null;
}

function brokenTargetsAtOnce({ law }: Truth, actions: readonly ActionSpec[]): Broken {
  const targets = new Set(actions.map(({ target }) => `${target.kind}|${target.id}`)).size;
  return targets > law.targetsAtOnce ? 'I1 too many targets' : null;
}

/** Ids that a person might name for what an action touches: the target, its members, their nodes and workloads. */
function touches(actions: readonly ActionSpec[], inventory: Inventory): Set<string> {
  const touched = new Set<string>();
  for (const action of actions) {
    touched.add(`${action.target.kind}|${action.target.id}`);
    const own = inventory.instances.filter((one) => action.target.kind === 'instance' && one.id === action.target.id);
    for (const one of [...own, ...interrupts(action, inventory)]) {
      const zoneId = inventory.nodes.find((node) => node.id === one.nodeId)?.zoneId;
      for (const key of [`instance|${one.id}`, `node|${one.nodeId}`, `workload|${one.workloadId}`, `zone|${zoneId}`]) {
        touched.add(key);
      }
    }
  }
  return touched;
}

function brokenHolds({ facts, nowMs }: Truth, actions: readonly ActionSpec[]): Broken {
  const touched = touches(actions, facts.inventory);
  const held = facts.holds.some(({ entity, untilMs }) => untilMs > nowMs && touched.has(`${entity.kind}|${entity.id}`));
  return held ? 'touched what a person holds' : null;
}

function brokenPersonChange({ facts, nowMs }: Truth, actions: readonly ActionSpec[]): Broken {
  const touched = touches(actions, facts.inventory);
  const lately = facts.history.some(
    (past) =>
      past.by === 'person' && nowMs - past.atMs < 600_000 && touched.has(`${past.target.kind}|${past.target.id}`),
  );
  return lately ? 'acted where a person is acting' : null;
}

const irreversible = new Set(['node.reboot', 'replica.rebalance', 'queue.quarantine-message', 'storage.reclaim']);
const withInverse = new Set([
  'instance.stop',
  'instance.start',
  'workload.scale',
  'workload.set-resources',
  'workload.rollback',
  'node.cordon',
  'node.uncordon',
  'node.park',
  'node.unpark',
  'queue.pause-consumer',
  'queue.resume-consumer',
  'job.stop',
  'traffic.shed',
]);

/** Rules, mode and people: deny over ask over auto, and nothing without a rule. */
function brokenAuthority(truth: Truth, actions: readonly ActionSpec[]): Broken {
  const { law, mode, plan } = truth;
  let mustAsk = plan.origin === 'model';
  for (const action of actions) {
    const role = roleOf(action, truth.facts.inventory);
    const rules = law.rules.filter((rule) => rule.actions.includes('*') || rule.actions.includes(action.name));
    const matching = rules.filter((rule) => rule.role === null || rule.role === role);
    if (matching.length === 0) return `I8 no rule for ${action.name}`;
    if (matching.some((rule) => rule.effect === 'deny')) return `I8 a rule denies ${action.name}`;
    if (matching.some((rule) => rule.effect === 'ask')) mustAsk = true;
  }
  const ceilings = [mode, law.mode];
  if (ceilings.includes('observe')) return 'acted in observe';
  if (ceilings.includes('propose')) mustAsk = true;
  const final = plan.steps.some(
    ({ action, undo }) => irreversible.has(action.name) || (withInverse.has(action.name) && undo === null),
  );
  if (ceilings.includes('guarded') && final) mustAsk = true;
  if (breakerOpen(truth, actions)) mustAsk = true;
  if (truth.approval?.state === 'rejected' || truth.approval?.state === 'revoked') {
    if (truth.approval.id === plan.decisionId && truth.approval.planHash === plan.planHash)
      return 'I9 acted after a no';
  }
  return mustAsk ? brokenApproval(truth) : null;
}

function roleOf({ target }: ActionSpec, inventory: Inventory): string {
  const workloadOf = (id: string) => inventory.instances.find((one) => one.id === id)?.workloadId;
  const workloadId =
    target.kind === 'workload'
      ? target.id
      : target.kind === 'replica-group'
        ? workloadOf(inventory.replicaGroups.find((one) => one.id === target.id)?.members[0]?.instanceId ?? '')
        : target.kind === 'job'
          ? inventory.jobs.find((one) => one.id === target.id)?.workloadId
          : workloadOf(target.kind === 'instance' ? target.id : '');
  return inventory.workloads.find((one) => one.id === workloadId)?.role ?? '';
}

function breakerOpen({ facts, nowMs }: Truth, actions: readonly ActionSpec[]): boolean {
  return actions.some(({ target }) => {
    const past = facts.history.filter(
      (one) =>
        one.by === 'agent' &&
        one.purpose === 'apply' &&
        nowMs - one.atMs < 86_400_000 &&
        one.target.kind === target.kind &&
        one.target.id === target.id,
    );
    const bad = past.filter((one) => one.outcome === 'failed').length;
    return bad >= 2 || past.filter((one) => one.ineffective).length >= 2;
  });
}

function brokenApproval({ approval, plan, law, nowMs, facts }: Truth): Broken {
  if (approval === null) return 'I9 acted without asking';
  if (approval.state !== 'approved') return `I9 acted on an approval that is ${approval.state}`;
  if (approval.planHash !== plan.planHash || approval.id !== plan.decisionId)
    return 'I9 an approval for something else';
  const allowed = new Set(law.approvalFrom.flatMap((group) => law.people[group] ?? []));
  const yes = approval.answers.filter((one) => one.answer === 'approve' && allowed.has(one.person.id));
  const people = new Set(yes.map((one) => one.person.id));
  if (people.size < law.approvalNeed) return 'I9 too few people approved';
  const askedBy = approval.requestedBy?.id;
  if (approval.answers.some((one) => one.answer === 'approve' && one.person.id === askedBy))
    return 'I9 approved by whoever asked';
  const last = Math.max(...approval.answers.map((one) => one.atMs));
  if (nowMs - last >= 600_000) return 'I9 a lapsed approval';
  return facts.history.some((past) => past.decisionId === plan.decisionId) ? 'I9 a spent approval' : null;
}

function brokenPace({ facts, plan, law, nowMs }: Truth, actions: readonly ActionSpec[]): Broken {
  const planned = actions.filter((action) => action.name !== 'person.page');
  const past = facts.history.filter((one) => one.purpose === 'apply');
  const lastHour = past.filter((one) => nowMs - one.atMs < 3_600_000).length;
  if (planned.length > 0 && lastHour + planned.length > law.perCluster) return 'I1 change budget of the cluster';
  for (const { target } of planned) {
    const same = past.filter((one) => one.target.kind === target.kind && one.target.id === target.id);
    const recent = same.filter((one) => nowMs - one.atMs < 1_800_000);
    const changes = new Set(recent.map((one) => one.decisionId ?? `person ${one.atMs}`)).size;
    if (changes + 1 > law.perTarget) return 'I1 change budget of a target';
    if (same.some((one) => one.by === 'agent' && nowMs - one.atMs < plan.cooldownMs))
      return 'acted within the cooldown';
  }
  const touchesBroker = actions.some((action) => roleOf(action, facts.inventory) === 'broker');
  const heldDownMs = touchesBroker ? 30_000 : 5_000;
  return nowMs - facts.causeSinceMs < heldDownMs ? 'acted within the hold-down' : null;
}

function brokenStaleness({ plan, facts }: Truth): Broken {
  if (plan.footprint.clusterId !== facts.inventory.clusterId) return 'I9 a plan for another cluster';
  for (const { action } of plan.steps) {
    if (action.target.kind !== 'instance') continue;
    const is = facts.inventory.instances.find((one) => one.id === action.target.id)?.generation;
    if (plan.footprint.targets[`instance/${action.target.id}`] !== `${is}`) return 'I9 a plan for another generation';
  }
  return plan.steps.every(({ timeoutMs }) => timeoutMs > 0 && timeoutMs <= 86_400_000)
    ? null
    : 'I8 a step without a time limit';
}
