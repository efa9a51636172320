import type { ActionAnswer, ActionCall, Actuator } from '../../agent/ports.ts';
import { type DockerAddress, engineWords, lazyDocker } from '../../collectors/docker/engine.ts';
import type { ActionName, ActionSpec } from '../../model/actions.ts';
import { onceEach } from '../once-each.ts';
import { answerOfError, type Call, refused, unknown } from './call.ts';
import {
  readBackNetwork,
  readBackRestart,
  readBackState,
  reconnectInstance,
  restartInstance,
  startInstance,
  stopInstance,
} from './instance.ts';
import { readBackResources, setResources } from './resources.ts';
import { readBackScale, scaleWorkload } from './scale.ts';

export interface DockerActuatorOptions {
  /** Label that the cluster's containers carry, such as `homeostat.cluster=orders-local`; others are never touched. */
  readonly label: string;
  readonly address?: DockerAddress;
  /** Address at which an instance was last seen on its network, where the label `homeostat.address` does not tell. */
  readonly lastAddressOf?: (instanceId: string) => string | null;
}

const names = [
  'instance.restart',
  'instance.start',
  'instance.stop',
  'instance.reconnect-network',
  'workload.scale',
  'workload.set-resources',
] as const satisfies readonly ActionName[];

type Doable = Extract<ActionSpec, { name: (typeof names)[number] }>;

/**
 * The hands on one Docker Engine. The engine cannot compare an epoch, so the call's own time bounds it instead: nothing
 * is sent after `timeoutMs` (docs/adr/0003 states what remains).
 */
export function dockerActuator(options: DockerActuatorOptions): Actuator {
  const docker = lazyDocker(options.address);
  const once = onceEach();
  const actions: ReadonlySet<ActionName> = new Set(names);
  const lastAddressOf = options.lastAddressOf ?? (() => null);

  const open = async (call: ActionCall, notAfterMs: number, signal: AbortSignal): Promise<Call> => ({
    docker: await docker(),
    label: options.label,
    actionId: call.actionId,
    spec: call.spec,
    generation: call.generation,
    startedAtMs: call.startedAtMs,
    notAfterMs,
    signal,
    sent: { count: 0 },
  });

  const carryOut = async (call: ActionCall): Promise<ActionAnswer> => {
    if (!isDoable(call.spec)) return refused(`docker cannot do ${call.spec.name}`);
    const opened = await open(call, Date.now() + call.timeoutMs, AbortSignal.timeout(call.timeoutMs));
    const late = whenAborted(opened.signal, () =>
      opened.sent.count === 0
        ? refused(`not begun within ${call.timeoutMs} ms`)
        : unknown(`the engine has not answered within ${call.timeoutMs} ms`),
    );
    const work = perform(opened as Call<Doable>, lastAddressOf).catch((error) => answerOfError(error, opened));
    return Promise.race([work, late]);
  };

  const lookBack = async (call: ActionCall, intendedAtMs: number): Promise<ActionAnswer> => {
    if (!isDoable(call.spec)) return refused(`docker cannot do ${call.spec.name}`);
    if (once.isUnderWay(call.actionId)) return unknown('it is still being carried out');
    const opened = await open(call, Number.POSITIVE_INFINITY, AbortSignal.timeout(call.timeoutMs));
    const late = whenAborted(opened.signal, () => unknown('the Docker Engine did not answer in time'));
    const look = inspectEffect(opened as Call<Doable>, intendedAtMs).catch((error) => unknown(engineWords(error)));
    return Promise.race([look, late]);
  };

  return {
    name: 'docker',
    actions,
    apply: (call, done) => void once.run(call.actionId, () => carryOut(call)).then(done),
    readBack: (call, intendedAtMs, done) => void lookBack(call, intendedAtMs).then(done),
  };
}

function isDoable(spec: ActionSpec): spec is Doable {
  return names.some((name) => name === spec.name);
}

function perform(call: Call<Doable>, lastAddressOf: (instanceId: string) => string | null): Promise<ActionAnswer> {
  const { spec } = call;
  switch (spec.name) {
    case 'instance.restart':
      return restartInstance({ ...call, spec });
    case 'instance.start':
      return startInstance({ ...call, spec });
    case 'instance.stop':
      return stopInstance({ ...call, spec });
    case 'instance.reconnect-network':
      return reconnectInstance({ ...call, spec }, lastAddressOf);
    case 'workload.scale':
      return scaleWorkload({ ...call, spec });
    case 'workload.set-resources':
      return setResources({ ...call, spec });
  }
}

/** Asks the engine alone; a generation that has moved means that another instance has taken the place. */
function inspectEffect(call: Call<Doable>, intendedAtMs: number): Promise<ActionAnswer> {
  const { spec } = call;
  switch (spec.name) {
    case 'instance.restart':
      return readBackRestart(call, intendedAtMs);
    case 'instance.start':
      return readBackState(call, 'running');
    case 'instance.stop':
      return readBackState(call, 'stopped');
    case 'instance.reconnect-network':
      return readBackNetwork(call);
    case 'workload.scale':
      return readBackScale({ ...call, spec });
    case 'workload.set-resources':
      return readBackResources({ ...call, spec });
  }
}

function whenAborted(signal: AbortSignal, answer: () => ActionAnswer): Promise<ActionAnswer> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(answer()), { once: true });
  });
}
