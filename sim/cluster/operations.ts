import type { ActionName, ActionSpec } from '../../model/actions.ts';
import { type Done, type OperationResult, ok, partial, refused } from './answers.ts';
import { scheduleChecks } from './cluster.ts';
import { leaveGroups } from './consumers.ts';
import type { SimInstance } from './instance.ts';
import { forgetInstance, instanceRef, isAlive, startInstance, takeDown } from './instances.ts';
import { restartJob, stopJob } from './jobs.ts';
import { controlReaches } from './network.ts';
import type { SimNode } from './node.ts';
import { powerOff, powerOn } from './nodes.ts';
import { addInstance, placeOn } from './placement.ts';
import { campaign, transferLeader } from './raft.ts';
import { rollBack } from './rolling.ts';
import type { ClusterState } from './state.ts';
import { restart, stop, upAs } from './stopping.ts';

/*
 * What the engine does when somebody, the agent or a person, calls an action. It checks, begins, and answers when the
 * effect is there, or with what came of it.
 */

/** An engine that works answers a command in 50 to 400 ms. */
function callMs(state: ClusterState): number {
  return Math.round(state.streams.of('engine').between(50, 400));
}

function soon(state: ClusterState, act: () => OperationResult, done: Done): void {
  state.kernel.after(callMs(state), () => done(act()));
}

type Operations = {
  [Name in ActionName]: (state: ClusterState, spec: Extract<ActionSpec, { name: Name }>, done: Done) => void;
};

const operations: Operations = {
  'instance.restart': (state, spec, done) =>
    onInstance(state, spec.target.id, done, (instance) => restart(state, instance, spec.params.graceMs, done)),
  'instance.stop': (state, spec, done) =>
    onInstance(state, spec.target.id, done, (instance) =>
      stop(state, instance, spec.params.graceMs, () => done(ok('stopped'))),
    ),
  'instance.start': (state, spec, done) =>
    onInstance(state, spec.target.id, done, (instance) => {
      if (isAlive(instance)) return soon(state, () => ok('already running'), done);
      if (!startInstance(state, instance, () => done(upAs(instance, 'started')))) done(refused('the node is down'));
    }),
  'instance.reconnect-network': (state, spec, done) =>
    onInstance(state, spec.target.id, done, (instance) => soon(state, () => reconnect(state, instance), done)),
  'workload.scale': (state, spec, done) => soon(state, () => scale(state, spec.target.id, spec.params.to), done),
  'workload.set-resources': (state, spec, done) =>
    soon(state, () => setResources(state, spec.target.id, spec.params), done),
  'workload.rollback': (state, spec, done) =>
    void state.kernel.after(callMs(state), () => rollBack(state, spec.target.id, spec.params.toVersion, done)),
  'node.cordon': (state, spec, done) => soon(state, () => cordon(state, spec.target.id, true), done),
  'node.uncordon': (state, spec, done) => soon(state, () => cordon(state, spec.target.id, false), done),
  'node.drain': (state, spec, done) => soon(state, () => drain(state, spec.target.id, spec.params.graceMs), done),
  'node.reboot': (state, spec, done) => onNode(state, spec.target.id, done, (node) => reboot(state, node, done)),
  'node.park': (state, spec, done) => onNode(state, spec.target.id, done, (node) => park(state, node, done)),
  'node.unpark': (state, spec, done) => onNode(state, spec.target.id, done, (node) => unpark(state, node, done)),
  'replica.transfer-leader': (state, spec, done) =>
    soon(state, () => moveLeader(state, spec.target.id, spec.params.from, spec.params.to), done),
  'replica.rebalance': (state, spec, done) => soon(state, () => rebalanceLeaders(state, spec.target.id), done),
  'queue.pause-consumer': (state, spec, done) => soon(state, () => pauseConsumer(state, spec.target.id, true), done),
  'queue.resume-consumer': (state, spec, done) => soon(state, () => pauseConsumer(state, spec.target.id, false), done),
  'queue.quarantine-message': (state, spec, done) =>
    soon(state, () => quarantine(state, spec.target.id, spec.params.messageId), done),
  'job.restart': (state, spec, done) => soon(state, () => onJob(state, spec.target.id, restartJob), done),
  'job.stop': (state, spec, done) => soon(state, () => onJob(state, spec.target.id, stopJob), done),
  'storage.reclaim': (state, spec, done) =>
    onNode(state, spec.target.id, done, (node) => soon(state, () => reclaim(state, node), done)),
  'traffic.shed': (state, spec, done) => soon(state, () => shed(state, spec.target.id, spec.params.ratio), done),
  'person.page': (state, _spec, done) => soon(state, () => ok('paged'), done),
};

/** Every action that the simulated engine can do: the whole catalogue. */
export const simulatedActions: ReadonlySet<ActionName> = new Set(Object.keys(operations) as ActionName[]);

/** Begins an operation; `done` is called once, later, with the engine's answer. */
export function operate(state: ClusterState, spec: ActionSpec, done: Done): void {
  const run = operations[spec.name] as (state: ClusterState, spec: ActionSpec, done: Done) => void;
  run(state, spec, done);
}

function onInstance(state: ClusterState, id: string, done: Done, act: (instance: SimInstance) => void): void {
  const instance = state.instances.get(id);
  if (instance === undefined) soon(state, () => refused(`there is no instance ${id}`), done);
  else reach(state, instance.node, done, () => act(instance));
}

function onNode(state: ClusterState, id: string, done: Done, act: (node: SimNode) => void): void {
  const node = state.nodes.get(id);
  if (node === undefined) soon(state, () => refused(`there is no node ${id}`), done);
  else act(node);
}

/** A call to a node that is down is refused; one to a node behind a cut gets no answer. */
function reach(state: ClusterState, node: SimNode, done: Done, act: () => void): void {
  if (!node.powered) soon(state, () => refused(`node ${node.id} is down`), done);
  else if (controlReaches(state, node)) act();
  else state.kernel.after(10_000, () => done({ status: 'unknown', detail: `node ${node.id} does not answer` }));
}

function reconnect(state: ClusterState, instance: SimInstance): OperationResult {
  if (instance.networkAttached) return ok('was connected');
  instance.networkAttached = true;
  state.news.event(instanceRef(instance.id), 'network.connected');
  return ok('connected');
}

function scale(state: ClusterState, id: string, to: number): OperationResult {
  const workload = state.workloads.get(id);
  if (workload === undefined) return refused(`there is no workload ${id}`);
  if (!Number.isInteger(to) || to < 0) return refused(`cannot scale to ${to}`);
  const had = workload.instances.length;
  // The youngest go first, as with Compose and StatefulSets.
  for (const instance of workload.instances.slice(to)) remove(state, instance);
  let added = 0;
  for (let count = had; count < to; count++) {
    const instance = addInstance(state, workload);
    if (instance === null) break;
    scheduleChecks(state, [instance]);
    startInstance(state, instance);
    added++;
  }
  if (to > had && added === 0) return refused('no node has room');
  workload.desired = to > had ? had + added : to;
  state.news.event({ kind: 'workload', id }, 'workload.scaled', { from: had, to: workload.desired });
  return ok(`scaled to ${workload.desired}`);
}

function remove(state: ClusterState, instance: SimInstance): void {
  leaveGroups(state, instance);
  takeDown(state, instance, { exitCode: 143 });
  forgetInstance(state, instance);
}

function setResources(
  state: ClusterState,
  id: string,
  limits: { readonly cpuCores: number | null; readonly memoryBytes: number | null },
): OperationResult {
  const workload = state.workloads.get(id);
  if (workload === undefined) return refused(`there is no workload ${id}`);
  const memoryLimitBytes = limits.memoryBytes ?? workload.memoryLimitBytes;
  const larger = workload.instances.find((instance) => instance.memoryBytes > memoryLimitBytes);
  if (larger !== undefined) return refused(`${larger.id} uses more than that now`);
  workload.cpuLimitCores = limits.cpuCores ?? workload.cpuLimitCores;
  workload.memoryLimitBytes = memoryLimitBytes;
  for (const instance of workload.instances) {
    instance.cpuLimitCores = workload.cpuLimitCores;
    instance.memoryLimitBytes = workload.memoryLimitBytes;
    instance.generation++;
  }
  return ok('limits set');
}

/** Puts a version on every instance at a steady pace, ready or not, as a hasty pipeline does; each restarts. */
export function deploy(state: ClusterState, id: string, version: string): OperationResult {
  const workload = state.workloads.get(id);
  if (workload === undefined) return refused(`there is no workload ${id}`);
  if (workload.version === version) return ok(`was ${version}`);
  workload.previousVersion = workload.version;
  workload.version = version;
  state.news.event({ kind: 'workload', id }, 'workload.deployed', { version, previous: workload.previousVersion });
  for (const [index, instance] of workload.instances.entries())
    state.kernel.after(index * 4000, () => {
      instance.generation++;
      if (state.instances.get(instance.id) === instance && instance.version !== workload.version)
        restart(state, instance, 5000, () => {});
    });
  return ok(`rolling out ${version}`);
}

function cordon(state: ClusterState, id: string, cordoned: boolean): OperationResult {
  const node = state.nodes.get(id);
  if (node === undefined) return refused(`there is no node ${id}`);
  if (node.cordoned !== cordoned)
    state.news.event({ kind: 'node', id }, cordoned ? 'node.cordoned' : 'node.uncordoned');
  node.cordoned = cordoned;
  return ok(cordoned ? 'cordoned' : 'open');
}

/** Cordons and moves every instance to another node, where it starts anew. What fits nowhere stays. */
function drain(state: ClusterState, id: string, graceMs: number): OperationResult {
  const node = state.nodes.get(id);
  if (node === undefined) return refused(`there is no node ${id}`);
  cordon(state, id, true);
  let [moved, stayed] = [0, 0];
  for (const instance of [...node.tenants]) {
    const to = placeOn(state, state.workloads.get(instance.workloadId)!, id);
    if (to === null) {
      stayed++;
      continue;
    }
    moved++;
    stop(state, instance, graceMs, () => {
      if (state.instances.get(instance.id) !== instance) return;
      instance.moveTo(to);
      instance.generation++;
      startInstance(state, instance);
    });
  }
  return stayed === 0 ? ok(`moved ${moved}`) : partial(`moved ${moved}, no room for ${stayed}`);
}

function reboot(state: ClusterState, node: SimNode, done: Done): void {
  const wereRunning = [...node.tenants].filter(isAlive);
  powerOff(state, node, 'reboot');
  const tookMs = Math.round(state.streams.of(`reboot/${node.id}`).between(40_000, 90_000));
  state.kernel.after(tookMs, () => {
    powerOn(state, node);
    for (const instance of wereRunning) if (instance.nodeId === node.id) startInstance(state, instance);
    done(ok('rebooted'));
  });
}

function park(state: ClusterState, node: SimNode, done: Done): void {
  const isBusy = [...node.tenants].some(isAlive);
  const act = () => {
    if (isBusy) return refused('instances run on it');
    powerOff(state, node, 'parked');
    node.parked = true;
    return ok('parked');
  };
  soon(state, act, done);
}

function unpark(state: ClusterState, node: SimNode, done: Done): void {
  state.kernel.after(30_000, () => {
    if (node.parked) powerOn(state, node);
    done(ok('running'));
  });
}

function moveLeader(state: ClusterState, id: string, from: string, to: string | null): OperationResult {
  const group = state.groups.get(id);
  if (group === undefined) return refused(`there is no replica group ${id}`);
  if (group.leaderId !== from) return ok(`${from} does not lead`);
  const chosen = group.members.find((member) =>
    to === null ? member.instanceId !== from && group.inSync.has(member.instanceId) : member.instanceId === to,
  );
  if (chosen === undefined || !transferLeader(state, group, chosen))
    return refused('no member in sync could take over');
  return ok(`led by ${chosen.instanceId}`);
}

/** Lets the first member in sync lead again, as a preferred-leader election does. */
function rebalanceLeaders(state: ClusterState, id: string): OperationResult {
  const group = state.groups.get(id);
  if (group === undefined) return refused(`there is no replica group ${id}`);
  const preferred = group.members.find((member) => group.inSync.has(member.instanceId));
  if (preferred === undefined) return refused('no member is in sync');
  if (group.leaderId !== preferred.instanceId) campaign(state, group, preferred, false);
  return ok('balanced');
}

function pauseConsumer(state: ClusterState, id: string, paused: boolean): OperationResult {
  const queue = state.queues.get(id);
  if (queue === undefined) return refused(`there is no queue ${id}`);
  queue.consumerPaused = paused;
  return ok(paused ? 'paused' : 'running');
}

function quarantine(state: ClusterState, id: string, messageId: string): OperationResult {
  const queue = state.queues.get(id);
  const [p] = [...(queue?.partitions.poison ?? [])].find(([, id]) => id === messageId) ?? [];
  if (queue === undefined || p === undefined) return refused(`no message ${messageId}`);
  queue.partitions.poison.delete(p);
  queue.partitions.take(p, 1);
  queue.quarantined++;
  return ok('quarantined');
}

function onJob(
  state: ClusterState,
  id: string,
  act: (state: ClusterState, job: NonNullable<ReturnType<ClusterState['jobs']['get']>>) => string,
): OperationResult {
  const job = state.jobs.get(id);
  return job === undefined ? refused(`there is no job ${id}`) : ok(act(state, job));
}

function reclaim(state: ClusterState, node: SimNode): OperationResult {
  const freed = node.reclaimableBytes;
  // What filled the declared path is rotated away with its files.
  state.effects.clearAll({ kind: 'node', id: node.id }, 'diskGrowthBytesPerMs');
  node.diskUsedBytes -= freed;
  node.reclaimableBytes = 0;
  return ok(`freed ${freed} bytes`);
}

function shed(state: ClusterState, id: string, ratio: number): OperationResult {
  const workload = state.workloads.get(id);
  if (workload === undefined) return refused(`there is no workload ${id}`);
  workload.shedRatio = Math.max(0, Math.min(1, ratio));
  return ok(`shedding ${workload.shedRatio}`);
}
