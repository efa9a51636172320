import type { Action } from '../model/action.ts';
import type { DecisionId, IncidentId } from '../model/entity.ts';
import type { Forecast } from '../model/forecast.ts';
import type { AgentRecord } from '../model/record.ts';

/** The rows of one decision as the agent writes them: incident, plan, verdict, action, outcome; about 4 kB. */
export function decisionRecords(number: number): readonly AgentRecord[] {
  const decisionId: DecisionId = `D-${number + 1}`;
  const incidentId: IncidentId = `INC-${String(number + 1).padStart(4, '0')}`;
  const atMs = 1_700_000_000_000 + number * 1_000;
  const target = { kind: 'instance', id: `worker-${number % 100}` } as const;
  const about = { decisionId, incidentId, atMs };
  const action: Action = {
    type: 'action',
    ...about,
    id: `${decisionId}.1` as Action['id'],
    stepId: 'restart',
    purpose: 'apply',
    spec: { name: 'instance.restart', target, params: { graceMs: 10_000 } },
    undo: null,
    state: 'answered',
    epoch: 3,
    generation: '4',
    ok: true,
    detail: `restarted ${target.id} in 4.1 s`,
  };
  return [
    {
      type: 'incident',
      id: incidentId,
      atMs,
      openedAtMs: atMs,
      resolvedAtMs: null,
      state: 'acting',
      severity: 3,
      title: `${target.id} leaks memory`,
      entity: target,
      signalIds: [`trend-to-limit:instance/${target.id}`, `peer-outlier:instance/${target.id}`],
      decisionIds: [decisionId],
    },
    planRecord(about, target),
    verdictRecord(about),
    action,
    {
      type: 'outcome',
      ...about,
      result: 'succeeded',
      undone: 'not-needed',
      saidWas: [
        {
          said: `memory.usage of ${target.id} below 268435456 within 120 s (p 0.9)`,
          was: '91226112 after 32 s',
          hit: true,
        },
      ],
      why: '2 of 2 expectations held',
    },
  ];
}

type About = { readonly decisionId: DecisionId; readonly incidentId: IncidentId; readonly atMs: number };
type Target = { readonly kind: 'instance'; readonly id: string };

function planRecord(about: About, target: Target): AgentRecord {
  const peers = Array.from({ length: 6 }, (_, i) => `worker-${i}`);
  return {
    type: 'plan',
    ...about,
    revision: 1,
    playbook: 'restart-leaking-worker',
    cause: { kind: 'memory-leak', entity: target, confidence: 0.91, signals: 2 },
    summary: `restart ${target.id} before it is killed for memory`,
    steps: [
      {
        id: 'restart',
        action: { name: 'instance.restart', target, params: { graceMs: 10_000 } },
        timeoutMs: 60_000,
        predict: {
          entity: target,
          metric: 'memory.usage',
          becomes: 'below',
          value: 268_435_456,
          withinMs: 120_000,
          probability: 0.9,
        },
        undo: null,
        undoReason: 'a restart has no inverse; the queue redelivers unacknowledged messages',
      },
    ],
    checks: ['workload.healthyShare >= 0.6', '!entity.held'],
    verification: { afterMs: 30_000, withinMs: 300_000, expect: ['instance.ready', 'memory.ratio < 0.5'] },
    cooldownMs: 1_800_000,
    risk: 'low',
    blastRadius: {
      instances: [target.id],
      healthyInstances: [target.id],
      workloads: ['workers'],
      replicaGroups: [],
      zones: ['zone-a'],
      capacityRatio: 1 / 6,
    },
    footprint: { clusterId: 'demo', targets: { [`instance/${target.id}`]: '4' }, members: peers },
    rehearsal: {
      status: 'rehearsed',
      doNothing: [120_000, 340_000, 600_000],
      withPlan: [0, 4_000, 9_000],
      spared: [115_000, 335_000, 600_000],
      recoversAlone: 0.02,
      checkpoints: [{ afterMs: 1_800_000, doNothing: [120_000, 340_000, 600_000], withPlan: [0, 4_000, 9_000] }],
      horizonMs: 1_800_000,
      assumptions: ['load as of the last 10 minutes'],
    },
    origin: 'rules',
    planHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };
}

function verdictRecord(about: About): AgentRecord {
  const names = [
    'stop',
    'lease',
    'limits.targetsAtOnce',
    'limits.keepQuorum',
    'limits.minHealthy',
    'cooldown',
    'budget',
  ];
  return {
    type: 'verdict',
    ...about,
    effect: 'auto',
    wouldEffect: null,
    rule: 'restart-worker',
    why: 'a worker may be restarted when a leak is sure',
    checks: names.map((name) => ({
      name,
      ok: true,
      effect: 'auto',
      why: '1 of at most 2',
      code: null,
      retryAfterMs: null,
    })),
    wouldBeAutoIf: [],
    approval: null,
    retryAfterMs: null,
    mode: 'autonomous',
    policyHash: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
  };
}

/** A forecast of one of 500 series; about 0.6 kB. */
export function forecastRecord(number: number): Forecast {
  const quantile = (level: number) => Array.from({ length: 6 }, (_, i) => level + i * 1_024);
  return {
    type: 'forecast',
    atMs: 1_700_000_000_000 + number,
    entity: { kind: 'instance', id: `worker-${number % 500}` },
    metric: 'memory.usage',
    unit: 'By',
    model: 'holt-winters',
    stepMs: 60_000,
    q10: quantile(100_000_000),
    q50: quantile(110_000_000),
    q90: quantile(120_000_000),
    limit: { value: 200_000_000, crossMsP10: null, crossMsP50: null, crossMsP90: 3_600_000 },
    pastErrorRatio: 0.04,
    pastCoverageRatio: 0.91,
  };
}
