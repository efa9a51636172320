import type { ContainerInspectInfo } from 'dockerode';
import type { ActionAnswer } from '../../agent/ports.ts';
import { instanceIdOf, label, stateOf } from '../../collectors/docker/container.ts';
import type { ActionSpec } from '../../model/actions.ts';
import { type Call, findWorkload, ignoreAlreadyDone, isAnswer, ok, refused, send, unknown } from './call.ts';
import { cloneOf, nextName, whyNotCloned } from './clone.ts';

type ScaleCall = Call<Extract<ActionSpec, { name: 'workload.scale' }>>;

/** Time for an instance that is removed to finish what it holds. */
const removalGraceSeconds = 10;

/**
 * Brings the number of containers of a workload to the one given: clones are added, and only clones are removed again.
 * What its owner created is never removed, for there is nothing to create it from afterwards.
 */
export async function scaleWorkload(call: ScaleCall): Promise<ActionAnswer> {
  const own = await findWorkload(call);
  if (isAnswer(own)) return own;
  const { to } = call.spec.params;
  if (to === own.length) return ok(`${call.spec.target.id} has ${to} already`);
  return to > own.length ? grow(call, own, to) : shrink(call, own, to);
}

async function grow(call: ScaleCall, own: readonly ContainerInspectInfo[], to: number): Promise<ActionAnswer> {
  const template = own.findLast((container) => stateOf(container) === 'running') ?? own.at(-1)!;
  const why = whyNotCloned(template);
  if (why !== null) return refused(`${instanceIdOf(template)} cannot be cloned: ${why}`);
  const names = new Set(own.map(instanceIdOf));
  const added: string[] = [];
  for (let count = own.length + 1; count <= to; count += 1) {
    const name = nextName(instanceIdOf(template), names);
    await addOne(call, template, { name, actionId: call.actionId, desired: count });
    names.add(name);
    added.push(name);
  }
  return ok(`${call.spec.target.id} has ${to}: added ${added.join(', ')}`);
}

async function addOne(
  call: ScaleCall,
  template: ContainerInspectInfo,
  wish: Parameters<typeof cloneOf>[1],
): Promise<void> {
  const container = await send(call, () =>
    call.docker.createContainer({ ...cloneOf(template, wish), abortSignal: call.signal }),
  );
  try {
    await send(call, () => container.start({ abortSignal: call.signal }));
  } catch (error) {
    // A clone that cannot start is no capacity: it would only be counted and restarted.
    await container.remove({ force: true });
    throw error;
  }
}

async function shrink(call: ScaleCall, own: readonly ContainerInspectInfo[], to: number): Promise<ActionAnswer> {
  const surplus = own.length - to;
  const removable = own.filter((container) => label.createdBy in container.Config.Labels).slice(-surplus);
  if (removable.length < surplus)
    return refused(`only ${removable.length} of the ${surplus} surplus instances were added by a scaling and may go`);
  for (const found of removable.toReversed()) {
    const container = call.docker.getContainer(found.Id);
    await send(call, () => container.stop({ t: removalGraceSeconds, abortSignal: call.signal })).catch(
      ignoreAlreadyDone,
    );
    await send(call, () => container.remove({ v: true, abortSignal: call.signal }));
  }
  return ok(`${call.spec.target.id} has ${to}: removed ${removable.map(instanceIdOf).join(', ')}`);
}

/** Counts the workload's containers. A count on the way to the wanted one, with clones of this very action, is half done. */
export async function readBackScale(call: ScaleCall): Promise<ActionAnswer> {
  const own = await findWorkload({ ...call, generation: null });
  if (isAnswer(own)) return own;
  const { to } = call.spec.params;
  const running = own.filter((container) => stateOf(container) === 'running' || stateOf(container) === 'starting');
  const words = `${call.spec.target.id} has ${own.length}, ${running.length} of them running`;
  if (own.length === to) return ok(words);
  const byThis = own.filter((container) => container.Config.Labels[label.createdBy] === call.actionId);
  return byThis.length > 0 ? unknown(`${words}: ${byThis.length} added of those asked for`) : refused(words);
}
