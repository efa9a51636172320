import type { ActionSpec } from '../../model/actions.ts';
import type { EntityRef } from '../../model/entity.ts';
import { instancesOf, isHealthy } from '../cluster/instances.ts';
import { measure } from '../cluster/measure.ts';
import type { World } from '../world.ts';
import { evaluateEveryMs, thresholds } from './thresholds.ts';

/*
 * What most clusters have today instead of an operator: a liveness probe that restarts with back-off, a
 * target-tracking autoscaler, and static thresholds with naive runbooks. No diagnosis, no policy, no verification. Periods and limits are the defaults of the
 * Kubernetes manual: probes every 10 s with three failures, back-off 10 s doubling to 5 min and forgotten after
 * 10 min, autoscaler every 15 s with a tolerance of 10 % and a scale-down window of 5 min. It reads the true state, so
 * it is never misled by sensors: the comparison favours it.
 */

const probeEveryMs = 10_000;
const failuresUntilRestart = 3;
const backOffFirstMs = 10_000;
const backOffMostMs = 300_000;
const forgetAfterMs = 600_000;
const scaleEveryMs = 15_000;
const cpuTargetRatio = 0.7;
const tolerance = 0.1;
const scaleDownWindowMs = 300_000;
/** The usual `maxReplicas`: twice what was declared. */
const mostTimesDeclared = 2;
const graceMs = 10_000;
/** From one step of a runbook to the next: a restarted reader is usually back by then. */
const runbookStepMs = 20_000;

/** Attaches the baseline to a world under the actor name `reactive`. */
export function attachReactive(world: World): void {
  every(world, probeEveryMs, livenessProbe(world));
  for (const { id, role } of world.scenario.cluster.workloads)
    if (role === 'worker') every(world, scaleEveryMs, autoscaler(world, id));
  const due = thresholds(world);
  every(world, evaluateEveryMs, () => {
    for (const [index, spec] of due().entries())
      world.timer.setAt(world.clock.nowMs() + index * runbookStepMs, () => act(world, spec));
  });
}

function every(world: World, periodMs: number, turn: () => void): void {
  const { timer, clock } = world;
  const again = () => {
    turn();
    timer.setAt(clock.nowMs() + periodMs, again);
  };
  timer.setAt(clock.nowMs() + periodMs, again);
}

interface Probed {
  failures: number;
  backOffMs: number;
  nextRestartAtMs: number;
  lastRestartAtMs: number;
}

function livenessProbe(world: World): () => void {
  const probed = new Map<string, Probed>();
  return () => {
    const nowMs = world.clock.nowMs();
    for (const instance of world.state.instances.values()) {
      const one = probed.get(instance.id) ?? { failures: 0, backOffMs: 0, nextRestartAtMs: 0, lastRestartAtMs: 0 };
      probed.set(instance.id, one);
      one.failures = isHealthy(world.state, instance) ? 0 : one.failures + 1;
      if (nowMs - one.lastRestartAtMs > forgetAfterMs) one.backOffMs = 0;
      if (one.failures < failuresUntilRestart || nowMs < one.nextRestartAtMs) continue;
      one.backOffMs = Math.min(backOffMostMs, Math.max(backOffFirstMs, one.backOffMs * 2));
      Object.assign(one, { failures: 0, lastRestartAtMs: nowMs, nextRestartAtMs: nowMs + one.backOffMs });
      const target: EntityRef = { kind: 'instance', id: instance.id };
      act(world, { name: 'instance.restart', target, params: { graceMs } });
    }
  };
}

/** `desired = ceil(current x measured / target)`; down only to the highest of the last five minutes. */
function autoscaler(world: World, workloadId: string): () => void {
  const wanted: { atMs: number; to: number }[] = [];
  return () => {
    const { state, clock } = world;
    const workload = state.workloads.get(workloadId)!;
    const running = instancesOf(state, workloadId).filter((instance) => isHealthy(state, instance));
    const loads = running
      .map(({ id }) => measure(state, { kind: 'instance', id }, 'cpu.utilization'))
      .filter((value) => value !== null);
    if (loads.length === 0) return;
    const usage = loads.reduce((sum, value) => sum + value, 0) / loads.length / cpuTargetRatio;
    const raw = Math.abs(usage - 1) <= tolerance ? workload.desired : Math.ceil(loads.length * usage);
    const to = Math.min(mostTimesDeclared * workload.spec.replicas, Math.max(1, raw));
    wanted.push({ atMs: clock.nowMs(), to });
    while (clock.nowMs() - wanted[0]!.atMs > scaleDownWindowMs) wanted.shift();
    const next = to > workload.desired ? to : Math.max(...wanted.map((one) => one.to));
    if (next === workload.desired) return;
    act(world, { name: 'workload.scale', target: { kind: 'workload', id: workloadId }, params: { to: next } });
  };
}

function act(world: World, spec: ActionSpec): void {
  world.act({ name: 'reactive', isPerson: false, decisionId: null }, spec, () => {});
}
