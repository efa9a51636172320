import { blastRadiusOf } from '../../../agent/guard/blast-radius.ts';
import { decideVerdict, type GuardInput } from '../../../agent/guard/decide.ts';
import type { ClusterFacts, PastAction } from '../../../agent/guard/facts.ts';
import { footprintOf } from '../../../agent/guard/footprint.ts';
import { type Policy, parsePolicy } from '../../../agent/guard/policy.ts';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../../model/actions.ts';
import type { Approval } from '../../../model/approval.ts';
import type { Instance, Inventory, WorkloadRole } from '../../../model/inventory.ts';
import type { Plan, PlanStep } from '../../../model/plan.ts';

/** A Wednesday noon in Berlin, Unix ms. */
export const noonMs = 1_767_783_600_000;

export function instance(id: string, workloadId: string, nodeId: string, more: Partial<Instance> = {}): Instance {
  return {
    id,
    workloadId,
    nodeId,
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
    version: 'v1',
    labels: {},
    ...more,
  };
}

function workload(id: string, role: WorkloadRole, desired: number) {
  return { id, role, desired, version: 'v1', previousVersion: null, labels: {} };
}

/** node-1..6 in three zones, worker-1..6, broker-1..3 (group `orders`, quorum 2), gateway-1, queue `orders`, one job. */
export function cluster(more: Partial<Inventory> = {}): Inventory {
  const zones = ['zone-a', 'zone-b', 'zone-c'];
  const one = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  return {
    clusterId: 'test',
    version: 1,
    observedAtMs: {},
    sites: [{ id: 'site-1', kind: 'core' }],
    zones: zones.map((id) => ({ id, siteId: 'site-1' })),
    nodes: one(6).map((n) => ({
      id: `node-${n}`,
      zoneId: zones[(n - 1) % 3]!,
      state: 'ready',
      cordoned: false,
      cpuCores: 8,
      memoryBytes: 2 ** 34,
      diskBytes: null,
      labels: {},
    })),
    workloads: [workload('worker', 'worker', 6), workload('broker', 'broker', 3), workload('gateway', 'gateway', 1)],
    instances: [
      ...one(6).map((n) => instance(`worker-${n}`, 'worker', `node-${n}`)),
      ...one(3).map((n) => instance(`broker-${n}`, 'broker', `node-${n}`)),
      instance('gateway-1', 'gateway', 'node-6'),
    ],
    replicaGroups: [
      {
        id: 'orders',
        members: one(3).map((n) => ({ instanceId: `broker-${n}`, online: true, inSync: true })),
        leaderId: 'broker-1',
        quorum: 2,
        minInSync: 2,
      },
    ],
    queues: [{ id: 'orders', kind: 'stream', consumerPaused: false }],
    jobs: [{ id: 'job-1', workloadId: 'worker', state: 'running', attempts: 1 }],
    edges: [{ kind: 'consumes-from', from: { kind: 'workload', id: 'worker' }, to: { kind: 'queue', id: 'orders' } }],
    ...more,
  };
}

export function act(name: ActionName, id: string, params: object = defaultParams(name)): ActionSpec {
  return { name, target: { kind: actionCatalogue[name].targetKind, id }, params } as ActionSpec;
}

function defaultParams(name: ActionName): object {
  switch (name) {
    case 'instance.restart':
    case 'instance.stop':
    case 'node.drain':
    case 'node.reboot':
      return { graceMs: 10_000 };
    case 'workload.scale':
      return { to: 7 };
    case 'replica.transfer-leader':
      return { from: 'broker-1', to: null };
    default:
      return {};
  }
}

export function step(action: ActionSpec, more: Partial<PlanStep> = {}): PlanStep {
  return { id: 's1', action, timeoutMs: 60_000, predict: null, undo: null, undoReason: 'test', ...more };
}

export function facts(more: Partial<ClusterFacts> = {}): ClusterFacts {
  const inventory = more.inventory ?? cluster();
  return {
    inventory,
    freshlyRead: true,
    dataAgeMs: 1_000,
    unhealthyInstances: new Set(),
    baselineInstances: inventory.instances.length,
    holds: [],
    inFlight: [],
    history: [],
    slos: [],
    paused: null,
    stop: null,
    lease: { epoch: 3, expiresAtMs: noonMs + 15_000 },
    causeSinceMs: noonMs - 3_600_000,
    someoneCanAnswer: true,
    supportedActions: new Set(Object.keys(actionCatalogue) as ActionName[]),
    ...more,
  };
}

export function planFor(actions: readonly ActionSpec[], inventory = cluster(), more: Partial<Plan> = {}): Plan {
  return {
    type: 'plan',
    decisionId: 'D-1',
    incidentId: 'INC-1',
    revision: 1,
    atMs: noonMs,
    playbook: 'restart-dead-instance',
    cause: {
      kind: 'instance-crash',
      entity: actions[0]?.target ?? { kind: 'cluster', id: 'test' },
      confidence: 0.9,
      signals: 2,
    },
    summary: 'test',
    steps: actions.map((action, index) => step(action, { id: `s${index + 1}` })),
    checks: [],
    verification: { afterMs: 0, withinMs: 60_000, expect: [] },
    cooldownMs: 600_000,
    risk: 'low',
    blastRadius: blastRadiusOf(actions, { inventory, unhealthyInstances: new Set() }),
    footprint: footprintOf(actions, inventory),
    rehearsal: { status: 'none', why: 'test' },
    origin: 'rules',
    planHash: 'hash-1',
    ...more,
  };
}

export function past(more: Partial<PastAction> = {}): PastAction {
  return {
    atMs: noonMs - 60_000,
    by: 'agent',
    name: 'instance.restart',
    target: { kind: 'instance', id: 'worker-1' },
    decisionId: 'D-900',
    incidentId: 'INC-900',
    playbook: 'restart-dead-instance',
    cause: 'instance-crash',
    rule: 'any',
    purpose: 'apply',
    outcome: 'succeeded',
    counts: true,
    ineffective: false,
    ...more,
  };
}

/** Everything is auto, and every limit is wide: what a test sets is what decides. */
export const openPolicyText = `
version: 1
name: open
mode: autonomous
timezone: Europe/Berlin
people: { oncall: { users: ["unix:maria", "unix:ivo"] }, platform: { users: ["unix:lena"], slackGroup: S0PLATFORM } }
approval: { from: [oncall] }
limits:
  targetsAtOnce: 50
  capacityAtOnce: 1
  keepHealthy: { worker: 0, broker: 0, gateway: 0, coordinator: 0, storage: 0 }
  oneFailureDomainAtATime: false
  changeBudget: { perTarget: 100 per 1h, perCluster: 1000 per 1h }
  dataAge: { max: 1h }
  storm: { unhealthyOver: 1, atLeast: 1000 }
  holdDown: { instance-crash: 0s, broker: 0s }
rules:
  - { id: any, effect: auto, actions: ["*"], why: test }
`;

/** The open policy with keys of `limits` replaced, and more text put at the end. */
export function policyWith(limits: Readonly<Record<string, string>> = {}, more = ''): Policy {
  const lines = openPolicyText.trim().split('\n');
  const rest = { ...limits };
  const changed = lines.map((line) => {
    const key = /^ {2}(\w+):/.exec(line)?.[1];
    const value = key === undefined ? undefined : rest[key];
    if (key === undefined || value === undefined) return line;
    delete rest[key];
    return `  ${key}: ${value}`;
  });
  const at = changed.indexOf('rules:');
  changed.splice(at, 0, ...Object.entries(rest).map(([key, value]) => `  ${key}: ${value}`));
  const text = more.startsWith('replace:')
    ? `${changed.slice(0, changed.indexOf('rules:')).join('\n')}\n${more.slice(8)}`
    : `${changed.join('\n')}\n${more}`;
  return policyOf(text);
}

export function policyOf(text: string): Policy {
  const parsed = parsePolicy(text, 'test.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => `${problem.where} ${problem.message}`).join('\n'));
  return parsed.policy;
}

export interface Case extends Partial<Omit<GuardInput, 'facts' | 'plan'>> {
  readonly actions?: readonly ActionSpec[];
  readonly plan?: Partial<Plan>;
  readonly facts?: Partial<ClusterFacts>;
}

const open = policyWith();

export function inputFor(given: Case = {}): GuardInput {
  const all = facts(given.facts);
  const { actions = [act('instance.restart', 'worker-1')], plan, facts: _facts, ...rest } = given;
  return {
    purpose: 'apply',
    policy: open,
    mode: 'autonomous',
    nowMs: noonMs,
    approval: null,
    ...rest,
    plan: planFor(actions, all.inventory, plan),
    facts: all,
  };
}

/** What the guard answers: `auto any`, `deny limits.keepQuorum`. */
export function answer(given: Case = {}): string {
  const { effect, rule } = decideVerdict(inputFor(given));
  return `${effect} ${rule}`;
}

/** Stable code of the check that decided, or null. */
export function codeOf(given: Case = {}): string | null {
  const verdict = decideVerdict(inputFor(given));
  return verdict.checks.find((check) => check.name === verdict.rule)?.code ?? null;
}

/** A question about the fixture's plan that maria, who is on call, has just approved. */
export function approval(more: Partial<Approval> = {}): Approval {
  return {
    type: 'approval',
    id: 'D-1',
    incidentId: 'INC-1',
    atMs: noonMs,
    planHash: 'hash-1',
    need: { from: ['oncall'], need: 1, oneFromEach: false, expiresMs: 600_000 },
    state: 'approved',
    requestedAtMs: noonMs - 1_000,
    expiresAtMs: noonMs + 599_000,
    answers: [
      { person: { id: 'unix:maria', via: 'cli' }, answer: 'approve', atMs: noonMs, reason: null, groups: ['oncall'] },
    ],
    why: null,
    ...more,
  };
}
