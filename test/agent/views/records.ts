import type { Action } from '../../../model/action.ts';
import type { Approval } from '../../../model/approval.ts';
import type { Forecast } from '../../../model/forecast.ts';
import type { Diagnosis, Incident } from '../../../model/incident.ts';
import type { Instance, Inventory } from '../../../model/inventory.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { Plan } from '../../../model/plan.ts';
import type { AgentRecord } from '../../../model/record.ts';
import type { Signal } from '../../../model/signal.ts';
import type { Verdict } from '../../../model/verdict.ts';

/** One whole decision, record by record, for tests of everything that shows records. 2026-03-03T10:00:00Z. */
export const startMs = Date.UTC(2026, 2, 3, 10);
const worker3 = { kind: 'instance', id: 'worker-3' } as const;

export const signal: Signal = {
  type: 'signal',
  id: 'missing:instance/worker-3',
  atMs: startMs,
  kind: 'missing',
  entity: worker3,
  metric: null,
  sinceMs: startMs - 2_000,
  clearedAtMs: null,
  score: 1,
  severity: 'critical',
  model: 'inventory',
  explanation: 'stopped 2 s ago with exit code 137',
};

export const forecast: Forecast = {
  type: 'forecast',
  atMs: startMs,
  entity: { kind: 'instance', id: 'worker-4' },
  metric: 'memory.usage',
  unit: 'By',
  model: 'linear',
  stepMs: 60_000,
  q10: [1e8],
  q50: [1.1e8],
  q90: [1.2e8],
  limit: { value: 2e8, crossMsP10: 500_000, crossMsP50: 600_000, crossMsP90: 800_000 },
  pastErrorRatio: 0.042,
  pastCoverageRatio: 0.81,
};

export const incident: Incident = {
  type: 'incident',
  id: 'INC-0001',
  atMs: startMs + 1_000,
  openedAtMs: startMs + 1_000,
  resolvedAtMs: null,
  state: 'waiting-approval',
  severity: 2,
  title: 'worker-3 is gone',
  entity: worker3,
  signalIds: [signal.id],
  decisionIds: ['D-1'],
};

export const diagnosis: Diagnosis = {
  type: 'diagnosis',
  incidentId: 'INC-0001',
  atMs: startMs + 1_000,
  causes: [
    {
      kind: 'instance-crash',
      entity: worker3,
      confidence: 0.93,
      evidenceFor: [{ id: 'E1', signalId: signal.id, text: 'stopped with exit code 137' }],
      evidenceAgainst: [{ id: 'E2', signalId: null, text: 'node-3 is ready' }],
    },
  ],
  notSeen: ['a core dump'],
  abstained: null,
  model: 'rules',
};

export const plan: Plan = {
  type: 'plan',
  decisionId: 'D-1',
  incidentId: 'INC-0001',
  revision: 1,
  atMs: startMs + 5_000,
  playbook: 'restart-dead-instance',
  cause: { kind: 'instance-crash', entity: worker3, confidence: 0.93, signals: 2 },
  summary: 'start worker-3 again',
  steps: [
    {
      id: 'restart',
      action: { name: 'instance.restart', target: worker3, params: { graceMs: 10_000 } },
      timeoutMs: 60_000,
      predict: { entity: worker3, metric: 'ready', becomes: 'above', value: 0, withinMs: 60_000, probability: 0.9 },
      undo: null,
      undoReason: 'a restart ends where it began',
    },
  ],
  checks: ['!entity.held(target)'],
  verification: { afterMs: 5_000, withinMs: 60_000, expect: ['instance.ready(target)'] },
  cooldownMs: 1_800_000,
  risk: 'low',
  blastRadius: {
    instances: ['worker-3'],
    healthyInstances: [],
    workloads: ['worker'],
    replicaGroups: [],
    zones: ['zone-a'],
    capacityRatio: 0,
  },
  footprint: { clusterId: 'lab', targets: { 'instance/worker-3': '1' }, members: ['worker-3'] },
  rehearsal: { status: 'none', why: 'no twin is joined' },
  origin: 'rules',
  planHash: '9c1e44aa',
};

export const verdict: Verdict = {
  type: 'verdict',
  decisionId: 'D-1',
  incidentId: 'INC-0001',
  atMs: startMs + 5_000,
  effect: 'ask',
  wouldEffect: null,
  rule: 'worker-ask',
  why: 'a person decides about workers',
  checks: [
    {
      name: 'limits.targetsAtOnce',
      ok: true,
      effect: 'auto',
      why: '1 target of at most 2',
      code: null,
      retryAfterMs: null,
    },
    { name: 'rule.worker-ask', ok: false, effect: 'ask', why: 'asks', code: 'GUARD_RULE_ASK', retryAfterMs: null },
  ],
  wouldBeAutoIf: ['rule worker-ask answered auto'],
  approval: { from: ['oncall'], need: 1, oneFromEach: false, expiresMs: 600_000 },
  retryAfterMs: null,
  mode: 'guarded',
  policyHash: 'c0ffee',
};

export const approval: Approval = {
  type: 'approval',
  id: 'D-1',
  incidentId: 'INC-0001',
  atMs: startMs + 5_000,
  planHash: plan.planHash,
  need: { from: ['oncall'], need: 1, oneFromEach: false, expiresMs: 600_000 },
  state: 'requested',
  requestedAtMs: startMs + 5_000,
  expiresAtMs: startMs + 605_000,
  answers: [],
  why: null,
};

export const approved: Approval = {
  ...approval,
  atMs: startMs + 65_000,
  state: 'approved',
  answers: [{ person: { id: 'token:local', via: 'cli' }, answer: 'approve', atMs: startMs + 65_000, reason: null }],
};

export const action: Action = {
  type: 'action',
  id: 'D-1.1',
  decisionId: 'D-1',
  incidentId: 'INC-0001',
  atMs: startMs + 66_000,
  stepId: 'restart',
  purpose: 'apply',
  spec: plan.steps[0]!.action,
  undo: null,
  state: 'answered',
  epoch: 1,
  generation: '1',
  ok: true,
  detail: 'restarted',
};

export const outcome: Outcome = {
  type: 'outcome',
  decisionId: 'D-1',
  incidentId: 'INC-0001',
  atMs: startMs + 78_000,
  result: 'succeeded',
  undone: 'not-needed',
  saidWas: [{ said: 'ready within 60 s', was: '9 s', hit: true }],
  why: 'worker-3 is ready',
};

export const resolved: Incident = {
  ...incident,
  atMs: startMs + 80_000,
  state: 'resolved',
  resolvedAtMs: startMs + 80_000,
};

/** Up to the question. */
export const askedRecords: readonly AgentRecord[] = [signal, forecast, incident, diagnosis, plan, verdict, approval];

/** From the answer to the end. */
export const doneRecords: readonly AgentRecord[] = [
  approved,
  { ...action, state: 'intended', ok: null, detail: null },
  action,
  outcome,
  resolved,
];

function instance(id: string, workloadId: string, nodeId: string): Instance {
  return {
    id,
    workloadId,
    nodeId,
    state: 'running',
    ready: true,
    generation: 1,
    startedAtMs: startMs - 3_600_000,
    exitCode: null,
    killedForMemory: false,
    restarts: 0,
    networkAttached: true,
    cpuLimitCores: null,
    memoryLimitBytes: null,
    version: null,
    labels: {},
  };
}

const node = (id: string, zoneId: string) => ({
  id,
  zoneId,
  state: 'ready' as const,
  cordoned: false,
  cpuCores: 4,
  memoryBytes: 8e9,
  diskBytes: null,
  labels: {},
});

const workload = (id: string, role: 'broker' | 'worker' | 'gateway', desired: number) => ({
  id,
  role,
  desired,
  version: null,
  previousVersion: null,
  labels: {},
});

/** Three brokers in one group, two workers that consume its queue, a gateway that produces to it. */
export const inventory: Inventory = {
  clusterId: 'lab',
  version: 7,
  observedAtMs: { docker: startMs },
  sites: [{ id: 'core', kind: 'core' }],
  zones: [
    { id: 'zone-a', siteId: 'core' },
    { id: 'zone-b', siteId: 'core' },
  ],
  nodes: [node('node-1', 'zone-a'), node('node-2', 'zone-b')],
  workloads: [workload('broker', 'broker', 3), workload('worker', 'worker', 2), workload('gateway', 'gateway', 1)],
  instances: [
    instance('broker-1', 'broker', 'node-1'),
    instance('broker-2', 'broker', 'node-1'),
    instance('broker-3', 'broker', 'node-2'),
    instance('worker-1', 'worker', 'node-1'),
    instance('worker-2', 'worker', 'node-2'),
    instance('gateway-1', 'gateway', 'node-2'),
  ],
  replicaGroups: [
    {
      id: 'orders',
      members: ['broker-1', 'broker-2', 'broker-3'].map((instanceId) => ({ instanceId, online: true, inSync: true })),
      leaderId: 'broker-1',
      quorum: 2,
      minInSync: 2,
    },
  ],
  queues: [{ id: 'orders', kind: 'stream', consumerPaused: false }],
  jobs: [],
  edges: [
    { kind: 'depends-on', from: { kind: 'queue', id: 'orders' }, to: { kind: 'replica-group', id: 'orders' } },
    { kind: 'consumes-from', from: { kind: 'workload', id: 'worker' }, to: { kind: 'queue', id: 'orders' } },
    { kind: 'produces-to', from: { kind: 'workload', id: 'gateway' }, to: { kind: 'queue', id: 'orders' } },
  ],
};
