import { type ActionName, type ActionSpec, actionCatalogue } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import { instancesOf } from '../cluster/instances.ts';
import { deploy } from '../cluster/operations.ts';
import type { ClusterState, VersionTraits } from '../cluster/state.ts';
import { type Fault, type FaultKind, numberOf, type ParamSpec, textOf } from './fault.ts';

/** Faults that people bring in: a version, a setting, a hand on the cluster at the wrong moment. */

const errorRatio = (fallback: number): ParamSpec => ({
  unit: 'ratio',
  range: [0, 1],
  fallback,
  means: 'share of items that fail',
});
const factor: ParamSpec = { unit: 'factor', range: [0.1, 50], fallback: 1.3, means: 'stretch of service time' };
const leak: ParamSpec = { unit: 'bytes-per-time', range: [0, 100_000], fallback: 0, means: 'leak of every instance' };

function rollOut(state: ClusterState, fault: Fault, version: string, traits: VersionTraits): void {
  state.workloads.get(fault.target.id)!.traits.set(version, traits);
  deploy(state, fault.target.id, version);
}

/** Live while any instance still runs the bad version, wanted or not. */
function isRunning(state: ClusterState, fault: Fault, version: string): boolean {
  const workload = state.workloads.get(fault.target.id)!;
  return (
    workload.version === version || instancesOf(state, workload.id).some((instance) => instance.version === version)
  );
}

export const badDeploy: FaultKind = {
  kind: 'bad-deploy',
  means: 'a new version fails some of its work, is slower, or leaks',
  targets: ['workload'],
  onset: 'sudden',
  params: {
    version: { unit: 'text', range: null, fallback: 'v2', means: 'name of the bad version' },
    errorRatio: errorRatio(0.3),
    factor,
    leak,
  },
  addressedBy: ['workload.rollback'],
  begin: (state, fault) =>
    rollOut(state, fault, textOf(fault, 'version'), {
      errorRatio: numberOf(fault, 'errorRatio'),
      serviceFactor: numberOf(fault, 'factor'),
      leakBytesPerMs: numberOf(fault, 'leak'),
    }),
  // A bad version does not go away by itself; `lasts` means that its owners deploy the old one again.
  end(state, fault) {
    const { previousVersion, version } = state.workloads.get(fault.target.id)!;
    if (version === textOf(fault, 'version') && previousVersion !== null)
      deploy(state, fault.target.id, previousVersion);
  },
  isLive: (state, fault) => isRunning(state, fault, textOf(fault, 'version')),
};

/** A setting is rolled out like a version: the old name with a suffix. */
const configVersion = (fault: Fault): string => `config-${fault.id.toLowerCase()}`;

export const configError: FaultKind = {
  kind: 'config-error',
  means: 'a wrong setting is rolled out: most work fails at once',
  targets: ['workload'],
  onset: 'sudden',
  params: { errorRatio: errorRatio(0.7) },
  addressedBy: ['workload.rollback'],
  begin(state, fault) {
    state.news.event(fault.target, 'config.changed', { key: 'orders.schema.registry', by: 'pipeline' });
    rollOut(state, fault, configVersion(fault), {
      errorRatio: numberOf(fault, 'errorRatio'),
      serviceFactor: 1,
      leakBytesPerMs: 0,
    });
  },
  end(state, fault) {
    const { previousVersion, version } = state.workloads.get(fault.target.id)!;
    if (version === configVersion(fault) && previousVersion !== null) deploy(state, fault.target.id, previousVersion);
  },
  isLive: (state, fault) => isRunning(state, fault, configVersion(fault)),
};

/** How long a person's act counts as going on: long enough to be noticed, short enough to be left alone. */
const attentionMs = 60_000;

const usual = 'usual';
export const usualActions: Readonly<Partial<Record<EntityKind, ActionName>>> = {
  instance: 'instance.restart',
  node: 'node.cordon',
  workload: 'workload.scale',
  queue: 'queue.pause-consumer',
  'replica-group': 'replica.transfer-leader',
  job: 'job.restart',
  cluster: 'person.page',
};

export const humanAction: FaultKind = {
  kind: 'human-action',
  means: 'a person acts on the cluster at the same time as the agent',
  targets: ['instance', 'node', 'workload', 'queue', 'replica-group', 'job', 'cluster'],
  onset: 'sudden',
  params: {
    action: {
      unit: 'text',
      range: null,
      fallback: usual,
      oneOf: [usual, ...Object.keys(actionCatalogue)],
      means: 'an action; `usual` is what people do to such a target',
    },
    by: { unit: 'text', range: null, fallback: 'maria', means: 'who does it' },
    to: {
      unit: 'factor',
      range: [-1, 1000],
      fallback: -1,
      means: 'count or ratio, where the action has one; -1: one more',
    },
    toText: { unit: 'text', range: null, fallback: '', means: 'version, member or message, where the action has one' },
    grace: { unit: 'duration', range: [0, 600_000], fallback: 10_000, means: 'time to stop politely' },
  },
  addressedBy: [],
  begin: (state, fault, person) => person(textOf(fault, 'by'), actionOf(state, fault)),
  end() {},
  isLive: (state, fault) => state.kernel.nowMs() - fault.atMs < attentionMs,
};

/** The action that a person does, from the parameters of the fault. */
function actionOf(state: ClusterState, fault: Fault): ActionSpec {
  const { target } = fault;
  const asked = textOf(fault, 'action');
  const name = asked === usual ? usualActions[target.kind]! : (asked as ActionName);
  const text = textOf(fault, 'toText') || null;
  const graceMs = numberOf(fault, 'grace');
  const given = numberOf(fault, 'to');
  const to = given >= 0 ? given : (state.workloads.get(target.id)?.desired ?? 0) + 1;
  const leader = state.groups.get(target.id)?.leaderId ?? '';
  const params: Record<string, unknown> = {
    'instance.restart': { graceMs },
    'instance.stop': { graceMs },
    'node.drain': { graceMs },
    'node.reboot': { graceMs },
    'workload.scale': { to },
    'workload.set-resources': { cpuCores: to, memoryBytes: null },
    'workload.rollback': { toVersion: text ?? state.workloads.get(target.id)?.previousVersion ?? 'v1' },
    'replica.transfer-leader': { from: leader, to: text },
    'queue.quarantine-message': { messageId: text ?? '' },
    'storage.reclaim': { pathId: text ?? 'logs' },
    'traffic.shed': { ratio: to },
    'person.page': { severity: 3, summary: text ?? 'please look' },
  };
  return { name, target, params: params[name] ?? {} } as ActionSpec;
}
