import type { ActionSpec } from '../../../model/actions.ts';
import type { DecisionId, IncidentId } from '../../../model/entity.ts';
import type { Plan, PlanStep } from '../../../model/plan.ts';
import type { Effect, Verdict } from '../../../model/verdict.ts';

export const decisionId: DecisionId = 'D-1';
export const incidentId: IncidentId = 'INC-0001';
export const holder = 'agent-a';
export const leaseTtlMs = 30_000;

export interface PlanOptions {
  /** How many workloads the plan scales from 1 to 2, one step each. */
  readonly steps?: number;
  /** Steps whose action has no inverse, by index. */
  readonly withoutUndo?: readonly number[];
  readonly checks?: readonly string[];
  readonly expect?: readonly string[];
}

export function scale(workload: string, to: number): ActionSpec {
  return { name: 'workload.scale', target: { kind: 'workload', id: workload }, params: { to } };
}

export function planOf({ steps = 1, withoutUndo = [], checks = [], expect = ['ready(target)'] }: PlanOptions): Plan {
  const targets = Array.from({ length: steps }, (_, i) => `w${i + 1}`);
  return {
    type: 'plan',
    decisionId,
    incidentId,
    revision: 1,
    atMs: 0,
    playbook: 'scale-workers',
    cause: { kind: 'load-surge', entity: { kind: 'queue', id: 'orders' }, confidence: 0.9, signals: 2 },
    summary: 'scale up',
    steps: targets.map((id, i): PlanStep => {
      const hasUndo = !withoutUndo.includes(i);
      return {
        id: `scale-${id}`,
        action: scale(id, 2),
        timeoutMs: 15_000,
        predict: {
          entity: { kind: 'queue', id: 'orders' },
          metric: 'queue.depth',
          becomes: 'below',
          value: 100,
          withinMs: 60_000,
          probability: 0.9,
        },
        undo: hasUndo ? scale(id, 1) : null,
        undoReason: hasUndo ? null : 'it ends where it began',
      };
    }),
    checks,
    verification: { afterMs: 10_000, withinMs: 60_000, expect },
    cooldownMs: 0,
    risk: 'low',
    blastRadius: {
      instances: [],
      healthyInstances: [],
      workloads: targets,
      replicaGroups: [],
      zones: [],
      capacityRatio: 0,
    },
    footprint: { clusterId: 'lab', targets: {}, members: [] },
    rehearsal: { status: 'none', why: 'no twin' },
    origin: 'rules',
    planHash: 'hash',
  };
}

export function verdictOf(effect: Effect, retryAfterMs: number | null = null): Verdict {
  return {
    type: 'verdict',
    decisionId,
    incidentId,
    atMs: 0,
    effect,
    wouldEffect: null,
    rule: 'scale',
    why: 'as scripted',
    checks: [],
    wouldBeAutoIf: [],
    approval: null,
    retryAfterMs,
    mode: 'autonomous',
    policyHash: 'policy',
  };
}
