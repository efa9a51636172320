import type { ContainerInspectInfo } from 'dockerode';
import type { ActionAnswer } from '../../agent/ports.ts';
import { cpuLimitOf, instanceIdOf, memoryLimitOf } from '../../collectors/docker/container.ts';
import { engineWords } from '../../collectors/docker/engine.ts';
import type { ActionSpec } from '../../model/actions.ts';
import { type Call, findWorkload, isAnswer, ok, refused, send, unknown } from './call.ts';

type ResourcesCall = Call<Extract<ActionSpec, { name: 'workload.set-resources' }>>;
type Limits = ResourcesCall['spec']['params'];

/**
 * Sets the limits of every container of a workload while it runs. All or none: where the engine turns one down (it does
 * so below the present use), those already changed get their old limits back.
 */
export async function setResources(call: ResourcesCall): Promise<ActionAnswer> {
  const own = await findWorkload(call);
  if (isAnswer(own)) return own;
  const changed: ContainerInspectInfo[] = [];
  for (const container of own.filter((one) => !hasLimits(one, call.spec.params))) {
    try {
      await send(call, () => update(call, container, call.spec.params));
    } catch (error) {
      const why = `${instanceIdOf(container)}: ${engineWords(error)}`;
      return (await putBack(call, changed)) ? refused(why) : unknown(`${why}; ${changed.length} keep the new limits`);
    }
    changed.push(container);
  }
  return ok(`limits of ${own.length} set, ${changed.length} changed`);
}

async function putBack(call: ResourcesCall, changed: readonly ContainerInspectInfo[]): Promise<boolean> {
  const results = await Promise.allSettled(
    changed.map((container) =>
      update(call, container, { cpuCores: cpuLimitOf(container), memoryBytes: memoryLimitOf(container) }),
    ),
  );
  return results.every(({ status }) => status === 'fulfilled');
}

/** Null leaves a limit as it is. Swap gets the same bound as memory, so that a limit is a limit. */
async function update(call: ResourcesCall, { Id }: ContainerInspectInfo, limits: Limits): Promise<void> {
  await call.docker.getContainer(Id).update({
    ...(limits.cpuCores === null ? {} : { NanoCpus: Math.round(limits.cpuCores * 1e9) }),
    ...(limits.memoryBytes === null ? {} : { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes }),
    abortSignal: call.signal,
  });
}

function hasLimits(container: ContainerInspectInfo, { cpuCores, memoryBytes }: Limits): boolean {
  return (
    (cpuCores === null || cpuLimitOf(container) === cpuCores) &&
    (memoryBytes === null || memoryLimitOf(container) === memoryBytes)
  );
}

export async function readBackResources(call: ResourcesCall): Promise<ActionAnswer> {
  const own = await findWorkload({ ...call, generation: null });
  if (isAnswer(own)) return own;
  const done = own.filter((container) => hasLimits(container, call.spec.params));
  const words = `${done.length} of ${own.length} have the limits`;
  if (done.length === own.length) return ok(words);
  return done.length === 0 ? refused(words) : unknown(words);
}
