import { type Done, type OperationResult, ok, partial, refused } from './answers.ts';
import { leaveGroups } from './consumers.ts';
import type { SimInstance } from './instance.ts';
import { isAlive, startInstance, takeDown } from './instances.ts';
import type { ClusterState } from './state.ts';

/** A polite stop ends after a moment; a hung process ignores it until the grace is over and it is killed. */
export function stop(state: ClusterState, instance: SimInstance, graceMs: number, then: () => void): void {
  if (!isAlive(instance)) return void state.kernel.after(100, then);
  const deaf = instance.state === 'paused' || state.effects.has('instance', instance.id, 'hang');
  const tookMs = deaf ? graceMs : Math.min(graceMs, state.streams.of(`stop/${instance.id}`).between(200, 1500));
  state.kernel.after(Math.round(tookMs), () => {
    if (!deaf) leaveGroups(state, instance);
    takeDown(state, instance, { exitCode: deaf ? 137 : 143 });
    then();
  });
}

/** The answer to a start: whether it is there, as far as the engine sees. */
export function upAs(instance: SimInstance, done: string): OperationResult {
  return isAlive(instance) ? ok(done) : partial('it ended again while it started');
}

export function restart(state: ClusterState, instance: SimInstance, graceMs: number, done: Done): void {
  stop(state, instance, graceMs, () => {
    instance.restarts++;
    if (!startInstance(state, instance, () => done(upAs(instance, 'restarted')))) done(refused('the node is down'));
  });
}
