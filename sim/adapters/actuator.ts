import type { ActionAnswer, ActionCall, Actuator } from '../../agent/ports.ts';
import type { ActionName } from '../../model/actions.ts';
import type { ActionId } from '../../model/entity.ts';
import type { SimInstance } from '../cluster/instance.ts';
import { instancesOf } from '../cluster/instances.ts';
import { simulatedActions } from '../cluster/operations.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { World } from '../world.ts';

/**
 * The hands on the simulated cluster, under the name of one agent. The engine compares epochs and generations:
 * a lower epoch than it has seen, or another generation than the caller saw, changes nothing.
 */
export function simActuator(world: World, name = 'sim', actions: ReadonlySet<ActionName> = simulatedActions): Actuator {
  return {
    name,
    actions,
    apply(call, done) {
      const patient = once(world, call.timeoutMs, done);
      if (actions.has(call.spec.name)) onceEach(world, call, patient, (answer) => apply(world, name, call, answer));
      else later(world, () => patient({ status: 'refused', detail: `${name} cannot do ${call.spec.name}` }));
    },
    readBack(call, intendedAtMs, done) {
      world.timer.setAt(world.clock.nowMs() + 50, () =>
        done(isUnderWay(world, call) ? underWay : readBack(world.state, call, intendedAtMs)),
      );
    },
  };
}

type Answered = (answer: ActionAnswer) => void;

/** What the engine remembers of each call: its answer, or who waits for it. */
const remembered = new WeakMap<World, Map<ActionId, ActionAnswer | Answered[]>>();

/** A call that comes again has no second effect and gets the first answer, whichever agent's hands it comes through. */
function onceEach(world: World, { actionId }: ActionCall, done: Answered, perform: (done: Answered) => void): void {
  const calls = remembered.get(world) ?? new Map<ActionId, ActionAnswer | Answered[]>();
  remembered.set(world, calls);
  const known = calls.get(actionId);
  if (known === undefined) {
    calls.set(actionId, [done]);
    perform((answer) => {
      const waiting = calls.get(actionId);
      calls.set(actionId, answer);
      if (Array.isArray(waiting)) for (const tell of waiting) tell(answer);
    });
  } else if (Array.isArray(known)) known.push(done);
  else later(world, () => done(known));
}

const underWay: ActionAnswer = { status: 'unknown', detail: 'it is still being carried out' };

function isUnderWay(world: World, { actionId }: ActionCall): boolean {
  return Array.isArray(remembered.get(world)?.get(actionId));
}

/** A callback is never called before its call has returned. */
function later(world: World, tell: () => void): void {
  world.timer.setAt(world.clock.nowMs() + 20, tell);
}

/** The answer, or `unknown` when the engine is slower than the caller's patience. */
function once(world: World, timeoutMs: number, done: (answer: ActionAnswer) => void): (answer: ActionAnswer) => void {
  let answered = false;
  const answer = (value: ActionAnswer) => {
    if (answered) return;
    answered = true;
    cancel();
    done(value);
  };
  const cancel = world.timer.setAt(world.clock.nowMs() + timeoutMs, () =>
    answer({ status: 'unknown', detail: `no answer within ${timeoutMs} ms` }),
  );
  return answer;
}

function apply(world: World, name: string, call: ActionCall, done: (answer: ActionAnswer) => void): void {
  const refusal = refusalOf(world, call);
  if (refusal !== null) {
    later(world, () => done({ status: 'refused', detail: refusal }));
    return;
  }
  world.highestEpoch = Math.max(world.highestEpoch, call.epoch);
  const decisionId = call.actionId.slice(0, call.actionId.lastIndexOf('.')) as `D-${number}`;
  world.act({ name, isPerson: false, decisionId }, call.spec, done);
}

function refusalOf(world: World, call: ActionCall): string | null {
  if (call.epoch < world.highestEpoch) return `epoch ${call.epoch} is older than ${world.highestEpoch}`;
  if (call.generation === null || call.spec.target.kind !== 'instance') return null;
  const generation = world.state.instances.get(call.spec.target.id)?.generation;
  return String(generation) === call.generation ? null : `generation is ${generation}, not ${call.generation}`;
}

/** Reads from the cluster whether an earlier call took effect. */
function readBack(state: ClusterState, call: ActionCall, intendedAtMs: number): ActionAnswer {
  const { spec } = call;
  if (spec.name === 'workload.rollback') return readBackRollback(state, spec.target.id, spec.params.toVersion);
  const happened = effectIsThere(state, call, intendedAtMs);
  if (happened === null) return { status: 'unknown', detail: 'the effect cannot be read' };
  return happened
    ? { status: 'ok', detail: 'read back: it took effect' }
    : { status: 'refused', detail: 'read back: it did not take effect' };
}

function effectIsThere(state: ClusterState, call: ActionCall, intendedAtMs: number): boolean | null {
  const { spec } = call;
  const instance = state.instances.get(spec.target.id);
  const node = state.nodes.get(spec.target.id);
  const workload = state.workloads.get(spec.target.id);
  switch (spec.name) {
    case 'instance.restart':
      return instance !== undefined && hasRestarted(instance, call.startedAtMs, intendedAtMs);
    case 'instance.start':
      return instance?.state === 'running';
    case 'instance.stop':
      return instance?.state === 'stopped';
    case 'instance.reconnect-network':
      return instance?.networkAttached === true;
    case 'workload.scale':
      return workload?.desired === spec.params.to;
    case 'node.cordon':
      return node?.cordoned === true;
    case 'node.uncordon':
      return node?.cordoned === false;
    case 'node.park':
      return node?.parked === true;
    case 'node.unpark':
      return node?.parked === false;
    case 'node.reboot':
      return node !== undefined && node.bootedAtMs >= intendedAtMs;
    case 'replica.transfer-leader':
      return state.groups.get(spec.target.id)?.leaderId !== spec.params.from;
    case 'queue.pause-consumer':
      return state.queues.get(spec.target.id)?.consumerPaused === true;
    case 'queue.resume-consumer':
      return state.queues.get(spec.target.id)?.consumerPaused === false;
    default:
      return null;
  }
}

/** By the engine's own start times, even if the process has ended again; the caller's clock only where none was seen. */
function hasRestarted(now: SimInstance, seenStartedAtMs: number | null | undefined, intendedAtMs: number): boolean {
  if (seenStartedAtMs === undefined) return now.state === 'running' && now.startedAtMs >= intendedAtMs;
  return seenStartedAtMs === null ? now.state === 'running' : now.startedAtMs !== seenStartedAtMs;
}

/** By the members: some of them may have been replaced and the rest not. */
function readBackRollback(state: ClusterState, id: string, version: string): ActionAnswer {
  const members = instancesOf(state, id);
  const replaced = members.filter((instance) => instance.version === version).length;
  const isWanted = state.workloads.get(id)?.version === version;
  const detail = `read back: ${replaced} of ${members.length} run ${version}`;
  if (isWanted && replaced === members.length) return { status: 'ok', detail };
  return { status: isWanted || replaced > 0 ? 'partial' : 'refused', detail };
}
