import { type ActionName, type ActionParams, type ActionSpec, actionCatalogue } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import type { Instance, Inventory, Node, WorkloadRole } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { blastRadiusOf } from './blast-radius.ts';
import type { ClusterFacts, PastAction } from './facts.ts';
import { footprintOf } from './footprint.ts';
import type { GuardInput } from './judgement.ts';
import type { Policy } from './policy.ts';
import { targetClassOf } from './roles-of-targets.ts';
import type { Scene } from './scene.ts';
import { recordKey } from './track-record.ts';

/** Members of the example workload: enough that one of them is a small share. */
const membersMany = 20;

/** The scene as input for the guard. */
export function inputOf(scene: Scene, name: ActionName, targetId: string, policy: Policy): GuardInput {
  const action = actionOf(scene, name, targetId);
  const inventory = inventoryOf(scene, action);
  const facts = factsOf(scene, action, inventory, policy);
  const plan = planOf(scene, action, facts);
  const record = {
    succeeded: scene.recordSucceeded,
    failed: 0,
    lowerBound: scene.recordLowerBound,
    demoted: scene.recordDemoted,
  };
  const targetClass = targetClassOf(action.target, inventory);
  // A mode that was set stands for the file with that mode in it.
  const asIf = { ...policy, mode: scene.mode };
  const rules = ['*', ...policy.rules.map((rule) => rule.id)];
  const effectiveRecord = new Map(rules.map((rule) => [recordKey(rule, scene.playbook, targetClass), record]));
  return {
    plan,
    purpose: 'apply',
    facts,
    policy: asIf,
    mode: scene.mode,
    nowMs: scene.atMs,
    approval: null,
    effectiveRecord,
  };
}

function actionOf(scene: Scene, name: ActionName, id: string): ActionSpec {
  const params: ActionParams = {
    'instance.restart': { graceMs: 10_000 },
    'instance.stop': { graceMs: 10_000 },
    'instance.start': {},
    'instance.reconnect-network': {},
    'workload.scale': { to: scene.to ?? desiredOf(scene) + (scene.change ?? 1) },
    'workload.set-resources': { cpuCores: 1, memoryBytes: null },
    'workload.rollback': { toVersion: 'previous' },
    'node.cordon': {},
    'node.uncordon': {},
    'node.drain': { graceMs: 10_000 },
    'node.reboot': { graceMs: 10_000 },
    'node.park': {},
    'node.unpark': {},
    'replica.transfer-leader': { from: 'member-0', to: null },
    'replica.rebalance': {},
    'queue.pause-consumer': {},
    'queue.resume-consumer': {},
    'queue.quarantine-message': { messageId: 'example' },
    'job.restart': {},
    'job.stop': {},
    'storage.reclaim': { pathId: 'example' },
    'traffic.shed': { ratio: 0.1 },
    'person.page': { severity: 3, summary: 'example' },
  };
  return { name, target: { kind: actionCatalogue[name].targetKind, id }, params: params[name] } as ActionSpec;
}

/** Desired members: where a count was set, that from which the change leads to it. */
function desiredOf({ to, change }: Scene): number {
  if (to === null) return membersMany;
  const by = change ?? 1;
  return to >= by ? to - by : to + by;
}

function inventoryOf(scene: Scene, { target }: ActionSpec): Inventory {
  const idOf = (kind: EntityKind, other: string) => (target.kind === kind ? target.id : other);
  const workloadId = idOf('workload', scene.workload);
  const nodeId = idOf('node', scene.node);
  const desired = target.kind === 'workload' ? desiredOf(scene) : membersMany;
  const first = instanceOf({ id: idOf('instance', 'member-0'), workloadId, nodeId, labels: scene.labels });
  const peers = Array.from({ length: Math.max(0, desired - 1) }, (_, index) =>
    instanceOf({ id: `member-${index + 1}`, workloadId, nodeId: 'node-b', labels: {} }),
  );
  const others = Array.from({ length: membersMany }, (_, index) =>
    instanceOf({ id: `other-${index}`, workloadId: 'other', nodeId: 'node-b', labels: {} }),
  );
  const workload = { version: 'current', previousVersion: 'previous' };
  const members = [first, ...peers].slice(0, 3).map((one) => ({ instanceId: one.id, online: true, inSync: true }));
  return {
    clusterId: idOf('cluster', 'example'),
    version: 1,
    observedAtMs: {},
    sites: [{ id: scene.site, kind: 'core' }],
    zones: [
      { id: scene.zone, siteId: scene.site },
      { id: `${scene.zone}-2`, siteId: scene.site },
    ],
    nodes: [
      nodeOf(nodeId, scene.zone, target.kind === 'node' ? scene.labels : {}),
      nodeOf('node-b', `${scene.zone}-2`, {}),
    ],
    workloads: [
      // A role that was not set stays empty, so that no rule about a role matches by accident.
      {
        ...workload,
        id: workloadId,
        role: scene.role as WorkloadRole,
        desired,
        labels: target.kind === 'workload' ? scene.labels : {},
      },
      { ...workload, id: 'other', role: 'gateway', desired: membersMany, labels: {} },
    ],
    instances: desired === 0 ? others : [first, ...peers, ...others],
    replicaGroups:
      target.kind === 'replica-group'
        ? [{ id: target.id, members, leaderId: 'member-0', quorum: 2, minInSync: 2 }]
        : [],
    queues: target.kind === 'queue' ? [{ id: target.id, kind: 'stream', consumerPaused: false }] : [],
    jobs: target.kind === 'job' ? [{ id: target.id, workloadId, state: 'running', attempts: 1 }] : [],
    edges: [],
  };
}

function instanceOf(own: Pick<Instance, 'id' | 'workloadId' | 'nodeId' | 'labels'>): Instance {
  return {
    ...own,
    state: 'running',
    ready: true,
    generation: 1,
    startedAtMs: 0,
    exitCode: null,
    killedForMemory: false,
    restarts: 0,
    networkAttached: true,
    cpuLimitCores: null,
    memoryLimitBytes: null,
    version: 'current',
  };
}

function nodeOf(id: string, zoneId: string, labels: Node['labels']): Node {
  return { id, zoneId, state: 'ready', cordoned: false, cpuCores: 8, memoryBytes: 2 ** 34, diskBytes: null, labels };
}

function factsOf(scene: Scene, action: ActionSpec, inventory: Inventory, policy: Policy): ClusterFacts {
  return {
    inventory,
    freshlyRead: true,
    dataAgeMs: scene.dataAgeMs,
    unhealthyInstances: unhealthyOf(scene, action, inventory),
    baselineInstances: inventory.instances.length,
    holds: scene.held
      ? [{ entity: action.target, untilMs: scene.atMs + 3_600_000, why: 'held', personId: 'unix:example' }]
      : [],
    inFlight: [],
    history: [
      ...pastChanges(scene.usedOnTarget, 'target', scene, action),
      ...pastChanges(scene.usedInCluster, 'cluster', scene, action),
    ],
    slos:
      policy.limits.errorBudget === undefined
        ? []
        : [
            {
              sloId: policy.limits.errorBudget.slo,
              value: 0,
              good: true,
              badMs: 0,
              budgetRatio: scene.errorBudgetRatio,
            },
          ],
    paused: scene.paused ? 'set' : null,
    stop: scene.stop ? 'set' : null,
    lease: scene.lease ? { epoch: 1, expiresAtMs: scene.atMs + 60_000 } : null,
    causeSinceMs: scene.atMs - scene.lastedMs,
    someoneCanAnswer: scene.someoneCanAnswer,
    supportedActions: new Set(Object.keys(actionCatalogue) as ActionName[]),
    drillAgeMs: new Map([[scene.playbook, scene.drillAgeMs]]),
  };
}

function unhealthyOf(scene: Scene, { target }: ActionSpec, inventory: Inventory): Set<string> {
  const ids = inventory.instances.map((instance) => instance.id).filter((id) => id !== target.id);
  // From both ends, so that a storm spans workloads as real ones do.
  const count = Math.round(scene.unhealthyRatio * inventory.instances.length);
  const unhealthy = Array.from({ length: Math.min(count, ids.length) }, (_, index) =>
    index % 2 === 0 ? ids[index / 2]! : ids[ids.length - (index + 1) / 2]!,
  );
  return new Set(scene.healthy ? unhealthy : [...unhealthy, target.id]);
}

function pastChanges(count: number, where: 'target' | 'cluster', scene: Scene, action: ActionSpec): PastAction[] {
  return Array.from(
    { length: count },
    (_, index): PastAction => ({
      atMs: scene.atMs - 1,
      by: 'agent',
      name: action.name,
      target: where === 'target' ? action.target : { kind: action.target.kind, id: `earlier-${index}` },
      decisionId: `D-${(where === 'target' ? 1_000_000 : 2_000_000) + index}`,
      incidentId: null,
      playbook: null,
      cause: null,
      rule: null,
      purpose: 'apply',
      outcome: 'succeeded',
      counts: false,
      ineffective: false,
    }),
  );
}

function planOf(scene: Scene, action: ActionSpec, facts: ClusterFacts): Plan {
  const kind = actionCatalogue[action.name];
  const inverse =
    kind.inverse === null ? null : actionOf({ ...scene, to: desiredOf(scene) }, kind.inverse, action.target.id);
  return {
    type: 'plan',
    decisionId: 'D-0',
    incidentId: 'INC-0',
    revision: 1,
    atMs: scene.atMs,
    playbook: scene.playbook,
    cause: { kind: scene.cause, entity: action.target, confidence: scene.confidence, signals: scene.signals },
    summary: `${action.name} ${action.target.id}`,
    steps: [{ id: 'step', action, timeoutMs: 60_000, predict: null, undo: inverse, undoReason: kind.inverseReason }],
    checks: [],
    verification: { afterMs: 0, withinMs: 0, expect: [] },
    cooldownMs: 0,
    risk: kind.risk,
    blastRadius: blastRadiusOf([action], facts),
    footprint: footprintOf([action], facts.inventory),
    rehearsal: rehearsalOf(scene),
    origin: scene.origin,
    planHash: 'example',
  };
}

function rehearsalOf({ recoversAlone }: Scene): Plan['rehearsal'] {
  if (recoversAlone === null) return { status: 'none', why: 'an example' };
  return {
    status: 'rehearsed',
    doNothing: [0, 0, 0],
    withPlan: [0, 0, 0],
    spared: [0, 0, 0],
    recoversAlone,
    horizonMs: 0,
    checkpoints: [],
    assumptions: [],
  };
}
