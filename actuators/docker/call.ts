import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import type { ActionAnswer, ActionCall } from '../../agent/ports.ts';
import { generationOf, instanceIdOf, versionOf, workloadIdOf } from '../../collectors/docker/container.ts';
import { engineStatus, engineWords } from '../../collectors/docker/engine.ts';
import { desiredOf, readContainers } from '../../collectors/docker/inventory.ts';

/** One call while it is being carried out. */
export interface Call<Spec extends ActionCall['spec'] = ActionCall['spec']> {
  readonly docker: Docker;
  /** `key=value` that the cluster's containers carry; none without it is touched. */
  readonly label: string;
  readonly actionId: ActionCall['actionId'];
  readonly spec: Spec;
  /** As the footprint of a plan writes it: the number of an instance, `<desired>@<version>` of a workload. */
  readonly generation: string | null;
  readonly startedAtMs: number | null | undefined;
  /** Unix time in ms after which nothing more is sent to the engine, for the lease may be another's by then. */
  readonly notAfterMs: number;
  /** Ends with the call's time. A process that was stopped and woken may hear of it too late, hence `notAfterMs`. */
  readonly signal: AbortSignal;
  /** Requests that change something and have left. */
  readonly sent: { count: number };
}

/**
 * Sends one changing request, unless the call's time is over. Counts it before it leaves: once it has, only the
 * engine can tell what happened.
 */
export async function send<Value>(call: Call, request: () => Promise<Value>): Promise<Value> {
  call.signal.throwIfAborted();
  if (Date.now() > call.notAfterMs) throw new Error('the time of the call was over before this was sent');
  call.sent.count += 1;
  return request();
}

export const ok = (detail: string): ActionAnswer => ({ status: 'ok', detail });
export const refused = (detail: string): ActionAnswer => ({ status: 'refused', detail });
export const unknown = (detail: string): ActionAnswer => ({ status: 'unknown', detail });

/** Status 304 of the engine: it is so already. */
export function ignoreAlreadyDone(error: unknown): void {
  if (engineStatus(error) !== 304) throw error;
}

/**
 * What a failed request means for the whole call: refused only where it is certain that nothing changed, which is when
 * nothing was sent, or one request was and the engine turned it down (4xx). After its own failure (5xx) only a look at
 * the engine tells.
 */
export function answerOfError(error: unknown, call: Call): ActionAnswer {
  const status = engineStatus(error);
  if (call.sent.count === 0) return refused(engineWords(error));
  const turnedDown = call.sent.count === 1 && status !== null && status < 500;
  return turnedDown ? refused(`the engine refused: ${engineWords(error)}`) : unknown(engineWords(error));
}

/** The container of an instance of this cluster, or the refusal. */
export async function findInstance(call: Call): Promise<ContainerInspectInfo | ActionAnswer> {
  const { id } = call.spec.target;
  const containers = await readContainers(call.docker, call.label, call.signal);
  const found = containers.filter((container) => instanceIdOf(container) === id);
  if (found.length === 0) return refused(`there is no instance ${id} with ${call.label}`);
  if (found.length > 1) return refused(`${found.length} containers say that they are ${id}`);
  const [container] = found as [ContainerInspectInfo];
  const generation = String(generationOf(container));
  const seen = call.generation ?? generation;
  return seen === generation ? container : refused(`${id} is of generation ${generation}, not ${seen}`);
}

/** The containers of a workload, oldest first, or the refusal. */
export async function findWorkload(call: Call): Promise<readonly ContainerInspectInfo[] | ActionAnswer> {
  const { id } = call.spec.target;
  const containers = await readContainers(call.docker, call.label, call.signal);
  const own = containers.filter((container) => workloadIdOf(container) === id);
  const newest = own.at(-1);
  if (newest === undefined) return refused(`there is no workload ${id} with ${call.label}`);
  const generation = `${desiredOf(own)}@${versionOf(newest)}`;
  const seen = call.generation ?? generation;
  return seen === generation ? own : refused(`${id} stands at ${generation}, not ${seen}`);
}

export function isAnswer(found: object): found is ActionAnswer {
  return 'status' in found && 'detail' in found;
}
