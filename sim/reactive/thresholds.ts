import type { ActionSpec } from '../../model/actions.ts';
import { isAlive } from '../cluster/instances.ts';
import { measure } from '../cluster/measure.ts';
import type { World } from '../world.ts';

/*
 * Static thresholds with naive runbooks: an alert that has been true for a while starts the one action that its runbook
 * names, and again for as long as it stays true. Nothing asks why it is true, or whether the action helped.
 */

/** How often rules are evaluated, and how long a firing alert waits before its runbook runs again, ms (Alertmanager's usual periods are 1 min and, for automation, 15 min). */
export const evaluateEveryMs = 60_000;
const repeatMs = 15 * 60_000;
/** Reclaim before the disk is full: the usual warning of node-exporter's rules. */
const diskUsedRatio = 0.9;
const memoryUsedRatio = 0.9;
const failedRatio = 0.05;
/** Pods leave a node that does not answer after this: `tolerationSeconds` of Kubernetes' default toleration, ms. */
const nodeGoneForMs = 300_000;
const graceMs = 10_000;

interface Alert {
  /** What it is about, and so what its patience counts for. */
  readonly key: string;
  readonly forMs: number;
  readonly runbook: readonly ActionSpec[];
}

/** Evaluates every rule; returns what the runbooks do now. Remembers since when each alert is true. */
export function thresholds(world: World): () => readonly ActionSpec[] {
  const sinceMs = new Map<string, number>();
  const ranAtMs = new Map<string, number>();
  const failures = failureRule(world);
  const nodes = nodeRule(world);
  return () => {
    const nowMs = world.clock.nowMs();
    const alerts = [...diskRule(world), ...memoryRule(world), ...lagRule(world), ...nodes(), ...failures()];
    const firing = new Set(alerts.map(({ key }) => key));
    for (const key of sinceMs.keys()) if (!firing.has(key)) sinceMs.delete(key);
    return alerts.flatMap(({ key, forMs, runbook }) => {
      const since = sinceMs.get(key) ?? nowMs;
      sinceMs.set(key, since);
      const isDue = nowMs - since >= forMs && nowMs - (ranAtMs.get(key) ?? Number.NEGATIVE_INFINITY) >= repeatMs;
      if (!isDue) return [];
      ranAtMs.set(key, nowMs);
      return runbook;
    });
  };
}

/** A nearly full disk: clean up what may be deleted. */
function diskRule({ state }: World): Alert[] {
  return [...state.nodes.values()]
    .filter((node) => node.powered && node.diskUsedBytes > diskUsedRatio * node.spec.diskBytes)
    .map(({ id }) => ({
      key: `disk/${id}`,
      forMs: 120_000,
      runbook: [{ name: 'storage.reclaim', target: { kind: 'node', id }, params: { pathId: 'scratch' } }],
    }));
}

/** Nearly out of memory: restart it before the kernel kills it. */
function memoryRule({ state }: World): Alert[] {
  return [...state.instances.values()]
    .filter((one) => isAlive(one) && one.memoryBytes > memoryUsedRatio * one.memoryLimitBytes)
    .map(({ id }) => ({ key: `memory/${id}`, forMs: 60_000, runbook: [restartOf(id)] }));
}

/** Messages wait too long: restart the readers, one after another. */
function lagRule({ state, slos }: World): Alert[] {
  return slos.flatMap(({ entity, metric, bound }): Alert[] => {
    const value = entity.kind === 'queue' ? measure(state, entity, metric) : null;
    if (value === null || value <= bound) return [];
    const readers = [...state.instances.values()].filter((one) => one.workload.spec.consumes === entity.id);
    return [{ key: `lag/${entity.id}`, forMs: 300_000, runbook: readers.map(({ id }) => restartOf(id)) }];
  });
}

/** A node that is gone: move away what ran there, and open it again once it is back. */
function nodeRule({ state }: World): () => Alert[] {
  const left = new Set<string>();
  return () =>
    [...state.nodes.values()].flatMap(({ id, powered, parked, cordoned }): Alert[] => {
      const target = { kind: 'node', id } as const;
      if (!powered && !parked) {
        left.add(id);
        const drain: ActionSpec = { name: 'node.drain', target, params: { graceMs: 0 } };
        return [{ key: `gone/${id}`, forMs: nodeGoneForMs, runbook: [drain] }];
      }
      if (!left.has(id) || !cordoned) return [];
      return [{ key: `back/${id}`, forMs: 0, runbook: [{ name: 'node.uncordon', target, params: {} }] }];
    });
}

/** Many failures in a workload whose version before is known: go back to it. */
function failureRule({ state }: World): () => Alert[] {
  const before = new Map<string, { errors: number; completed: number }>();
  return () =>
    [...state.workloads.values()].flatMap(({ id, instances, previousVersion }): Alert[] => {
      const now = { errors: sum(instances, 'errors'), completed: sum(instances, 'completed') };
      const last = before.get(id) ?? now;
      before.set(id, now);
      const errors = now.errors - last.errors;
      const ratio = errors / Math.max(1, errors + now.completed - last.completed);
      if (ratio <= failedRatio || previousVersion === null) return [];
      const target = { kind: 'workload', id } as const;
      const runbook = [{ name: 'workload.rollback', target, params: { toVersion: previousVersion } } as const];
      return [{ key: `failures/${id}`, forMs: 300_000, runbook }];
    });
}

function sum<Key extends string>(instances: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return instances.reduce((total, one) => total + one[key], 0);
}

function restartOf(id: string): ActionSpec {
  return { name: 'instance.restart', target: { kind: 'instance', id }, params: { graceMs } };
}
