import type { ContainerInspectInfo, EndpointSettings } from 'dockerode';
import type { ActionAnswer } from '../../agent/ports.ts';
import {
  addressOf,
  declaredNetwork,
  engineTimeMs,
  instanceIdOf,
  isNetworkAttached,
  label,
  stateOf,
} from '../../collectors/docker/container.ts';
import { engineStatus } from '../../collectors/docker/engine.ts';
import type { ActionSpec } from '../../model/actions.ts';
import { type Call, findInstance, ignoreAlreadyDone, isAnswer, ok, refused, send, unknown } from './call.ts';

type Spec<Name extends ActionSpec['name']> = Extract<ActionSpec, { name: Name }>;

/** The engine counts grace in whole seconds; a shorter one than asked would cut work off. */
const graceSeconds = (graceMs: number): number => Math.ceil(graceMs / 1_000);

/** Leaves the instance running with a new start time, whatever it was doing before. */
export async function restartInstance(call: Call<Spec<'instance.restart'>>): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const container = call.docker.getContainer(found.Id);
  const was = stateOf(found);
  if (was === 'paused') {
    // A frozen process hears no polite signal: the grace would pass in vain, and thawed it would go on with stale work.
    await send(call, () => container.kill({ signal: 'SIGKILL', abortSignal: call.signal }));
    await container.wait({ condition: 'not-running', abortSignal: call.signal });
  }
  if (was === 'stopped' || was === 'paused')
    await send(call, () => container.start({ abortSignal: call.signal })).catch(ignoreAlreadyDone);
  else
    await send(call, () => container.restart({ t: graceSeconds(call.spec.params.graceMs), abortSignal: call.signal }));
  const now = await container.inspect({ abortSignal: call.signal });
  return ok(`${instanceIdOf(now)} was ${was}, ${describe(now)}`);
}

export async function startInstance(call: Call<Spec<'instance.start'>>): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const container = call.docker.getContainer(found.Id);
  if (found.State.Paused) await send(call, () => container.unpause({ abortSignal: call.signal }));
  else await send(call, () => container.start({ abortSignal: call.signal })).catch(ignoreAlreadyDone);
  return ok(`${instanceIdOf(found)} ${describe(await container.inspect({ abortSignal: call.signal }))}`);
}

export async function stopInstance(call: Call<Spec<'instance.stop'>>): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const container = call.docker.getContainer(found.Id);
  const t = graceSeconds(call.spec.params.graceMs);
  await send(call, () => container.stop({ t, abortSignal: call.signal })).catch(ignoreAlreadyDone);
  const now = await container.inspect({ abortSignal: call.signal });
  const words = `${instanceIdOf(now)} ${describe(now)}`;
  return now.State.Running ? unknown(`${words}: somebody started it meanwhile`) : ok(words);
}

/** Attaches the declared network again, with the address that the container had where that is known. */
export async function reconnectInstance(
  call: Call<Spec<'instance.reconnect-network'>>,
  lastAddressOf: (instanceId: string) => string | null,
): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const id = instanceIdOf(found);
  const network = declaredNetwork(found);
  if (network === null) return refused(`${id} has no network of its own`);
  if (isNetworkAttached(found)) return ok(`${id} is on ${network} already`);
  const address = found.Config.Labels[label.address] ?? lastAddressOf(id);
  const connect = (EndpointConfig: EndpointSettings): Promise<unknown> =>
    send(call, () => call.docker.getNetwork(network).connect({ Container: found.Id, EndpointConfig }));
  if (address === null) await connect({});
  else
    await connect({ IPAMConfig: { IPv4Address: address } }).catch((error) => {
      // A network that chose its own subnet hands out addresses itself and takes no wish.
      if (engineStatus(error) !== 400) throw error;
      return connect({});
    });
  const now = await call.docker.getContainer(found.Id).inspect({ abortSignal: call.signal });
  return ok(`${id} is on ${network} again at ${addressOf(now) ?? 'no address yet'}`);
}

/**
 * Whether a restart took effect: the engine's start time is later than the intent, even if it ended again. A process that was stopped for it and never came up is neither done nor untouched.
 */
export async function readBackRestart(call: Call, intendedAtMs: number): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const { State } = found;
  const words = `${instanceIdOf(found)} ${describe(found)}`;
  const isSince = (text: string): boolean => (engineTimeMs(text) ?? 0) >= intendedAtMs;
  const seenAtMs = call.startedAtMs;
  // The engine's clock against itself; the caller's clock only where no process was seen before.
  const hasStarted = seenAtMs == null ? isSince(State.StartedAt) : engineTimeMs(State.StartedAt) !== seenAtMs;
  if (!State.Paused && hasStarted) return ok(words);
  if (!State.Running && isSince(State.FinishedAt)) return unknown(`${words} and was not started again`);
  if (await isStopping(call, found, intendedAtMs)) return unknown(`${words} and was told to stop since`);
  return refused(words);
}

/** Whether somebody sent it a signal after the intent that it has not died of yet: a restart that is under way. */
async function isStopping(call: Call, { Id }: ContainerInspectInfo, intendedAtMs: number): Promise<boolean> {
  const { SystemTime } = (await call.docker.info()) as { SystemTime: string };
  const events = await call.docker.getEvents({
    filters: { container: [Id], event: ['kill', 'die'] },
    since: intendedAtMs / 1_000,
    // With an end in the past of the engine's clock the stream is history only and closes by itself.
    until: Date.parse(SystemTime) / 1_000,
    abortSignal: call.signal,
  });
  let last = '';
  for await (const chunk of events) {
    for (const line of String(chunk).split('\n'))
      if (line !== '') last = (JSON.parse(line) as { Action: string }).Action;
  }
  return last === 'kill';
}

export async function readBackState(call: Call, wanted: 'running' | 'stopped'): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const { Running, Paused } = found.State;
  const words = `${instanceIdOf(found)} ${describe(found)}`;
  return (wanted === 'running' ? Running && !Paused : !Running) ? ok(words) : refused(words);
}

export async function readBackNetwork(call: Call): Promise<ActionAnswer> {
  const found = await findInstance(call);
  if (isAnswer(found)) return found;
  const words = `${instanceIdOf(found)} on ${declaredNetwork(found) ?? 'no network of its own'}`;
  return isNetworkAttached(found) ? ok(`${words}: attached`) : refused(`${words}: not attached`);
}

function describe({ State }: ContainerInspectInfo): string {
  if (State.Paused) return 'is paused';
  return State.Running ? `runs since ${State.StartedAt}` : `is ${State.Status} with exit code ${State.ExitCode}`;
}
