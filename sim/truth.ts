import { createHash } from 'node:crypto';
import type { ActionSpec } from '../model/actions.ts';
import type { DecisionId, EntityRef } from '../model/entity.ts';
import type { Slo } from '../model/slo.ts';
import type { OperationResult } from './cluster/answers.ts';
import { instancesOf, isAlive, isHealthy } from './cluster/instances.ts';
import { measure } from './cluster/measure.ts';
import { queueDepth } from './cluster/queues.ts';
import { lastIndex } from './cluster/raft.ts';
import type { ClusterState, SimGroup } from './cluster/state.ts';
import type { Fault } from './faults/fault.ts';

/** What really happened, beside what the agent believes: scores are taken from here. */

export interface FaultTruth {
  readonly fault: Fault;
  state: 'scheduled' | 'live' | 'mitigated';
  liveAtMs: number | null;
  /** When its effect on the world was gone, whoever did it. */
  mitigatedAtMs: number | null;
}

export interface ActionTruth {
  readonly atMs: number;
  /** Name of the agent, or of the person of the scenario. */
  readonly by: string;
  readonly byPerson: boolean;
  readonly spec: ActionSpec;
  readonly decisionId: DecisionId | null;
  /** Faults that were live and that this kind of action on this target addresses. */
  readonly addresses: readonly string[];
  /** Instances that were healthy and that it took down, for a while or for good. */
  readonly took: readonly string[];
  status: 'running' | OperationResult['status'];
  /** When the engine answered; null while it is at work. */
  endedAtMs: number | null;
  detail: string;
}

export interface Breach {
  readonly atMs: number;
  readonly what: 'quorum' | 'minimum-capacity';
  readonly entity: EntityRef;
  /** Index in `actions` of the action that caused it, or null: a fault did. */
  readonly action: number | null;
}

export interface Truth {
  readonly faults: FaultTruth[];
  readonly actions: ActionTruth[];
  readonly breaches: Breach[];
  /** Milliseconds during which each SLO was not met, summed over SLOs. */
  sloMsLost: number;
  readonly sloMsLostById: Map<string, number>;
  /** `sloMsLost` at the end of every `lossStepMs` of the run. */
  readonly lossCurve: number[];
  energyWh: number;
}

/** A run begins at a multiple of it, and no tick is shorter. */
export const lossStepMs = 1_000;
/** Share of a workload that must stay healthy; below it an action has done harm. */
const minimumCapacityRatio = 0.5;
/** How long after its end an action still answers for what breaks. */
const answersForMs = 60_000;

export function createTruth(faults: readonly Fault[]): Truth {
  return {
    faults: faults.map((fault) => ({ fault, state: 'scheduled', liveAtMs: null, mitigatedAtMs: null })),
    actions: [],
    breaches: [],
    sloMsLost: 0,
    sloMsLostById: new Map(),
    lossCurve: [],
    energyWh: 0,
  };
}

/** Keeps the books for one tick. `standing` holds the breaches that have not ended, so that each counts once. */
export function recordTick(
  state: ClusterState,
  truth: Truth,
  slos: readonly Slo[],
  standing: Set<string>,
  dtMs: number,
): void {
  for (const slo of slos) {
    if (meets(state, slo)) continue;
    truth.sloMsLost += dtMs;
    truth.sloMsLostById.set(slo.id, (truth.sloMsLostById.get(slo.id) ?? 0) + dtMs);
  }
  if (state.kernel.nowMs() % lossStepMs === 0) truth.lossCurve.push(truth.sloMsLost);
  for (const node of state.nodes.values()) truth.energyWh += (node.powerW * dtMs) / 3_600_000;
  for (const group of state.groups.values())
    note(state, truth, standing, 'quorum', { kind: 'replica-group', id: group.id }, !hasQuorum(group), (id) =>
      group.members.some((member) => member.instanceId === id),
    );
  for (const workload of state.workloads.values()) {
    const instances = instancesOf(state, workload.id);
    const healthy = instances.filter((instance) => isHealthy(state, instance)).length;
    const short = healthy < Math.max(1, Math.ceil(workload.desired * minimumCapacityRatio));
    note(state, truth, standing, 'minimum-capacity', { kind: 'workload', id: workload.id }, short, (id) =>
      id.startsWith(`${workload.id}-`),
    );
  }
}

/** The cluster's true value against the objective. */
function meets(state: ClusterState, slo: Slo): boolean {
  const value = measure(state, slo.entity, slo.metric);
  if (value === null) return false;
  return slo.direction === 'below' ? value < slo.bound : value > slo.bound;
}

function hasQuorum(group: SimGroup): boolean {
  return group.inSync.size >= group.quorum;
}

function note(
  state: ClusterState,
  truth: Truth,
  standing: Set<string>,
  what: Breach['what'],
  entity: EntityRef,
  broken: boolean,
  concerns: (instanceId: string) => boolean,
): void {
  const key = `${what}/${entity.id}`;
  if (!broken) return void standing.delete(key);
  if (standing.has(key)) return;
  standing.add(key);
  const now = state.kernel.nowMs();
  const action = truth.actions.findLastIndex(
    ({ endedAtMs, took }) => now - (endedAtMs ?? now) <= answersForMs && took.some(concerns),
  );
  truth.breaches.push({ atMs: now, what, entity, action: action === -1 ? null : action });
}

/** SHA-256 over the integers and strings of the true state and of what was done to it. */
export function hashState(state: ClusterState, truth: Truth): string {
  const hash = createHash('sha256');
  const put = (...values: (string | number | boolean | null)[]) => hash.update(`${values.join(' ')}\n`);
  put('time', state.kernel.nowMs());
  for (const node of state.nodes.values())
    put('node', node.id, node.powered, node.cordoned, node.diskUsedBytes, node.diskErrors, node.networkErrors);
  for (const instance of state.instances.values())
    put(
      'instance',
      instance.id,
      instance.nodeId,
      instance.state,
      instance.ready,
      instance.generation,
      instance.restarts,
      instance.version,
      instance.memoryBytes,
      instance.completed,
      instance.errors,
      isAlive(instance),
    );
  for (const group of state.groups.values())
    put(
      'group',
      group.id,
      group.leaderId,
      ...group.members.flatMap((member) => [member.term, lastIndex(member), member.commit]),
    );
  for (const queue of state.queues.values())
    put(
      'queue',
      queue.id,
      queueDepth(queue),
      queue.clientSide.size,
      queue.enqueued,
      queue.dequeued,
      queue.redelivered,
      queue.lost,
    );
  for (const job of state.jobs.values()) put('job', job.id, job.state, job.attempts, job.stage, job.tasksLeft);
  for (const entry of truth.faults) put('fault', entry.fault.id, entry.state, entry.liveAtMs, entry.mitigatedAtMs);
  for (const action of truth.actions)
    put(
      'action',
      action.atMs,
      action.by,
      action.spec.name,
      action.spec.target.id,
      JSON.stringify(action.spec.params),
      action.status,
    );
  put('slo', truth.sloMsLost);
  return hash.digest('hex');
}
