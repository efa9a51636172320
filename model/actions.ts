import type { EntityKind, EntityRef } from './entity.ts';

/** Parameters of every action in the catalogue. Closed and typed: no shell, no free text. */
export interface ActionParams {
  'instance.restart': { readonly graceMs: number };
  'instance.stop': { readonly graceMs: number };
  'instance.start': Record<string, never>;
  'instance.reconnect-network': Record<string, never>;
  'workload.scale': { readonly to: number };
  'workload.set-resources': { readonly cpuCores: number | null; readonly memoryBytes: number | null };
  'workload.rollback': { readonly toVersion: string };
  'node.cordon': Record<string, never>;
  'node.uncordon': Record<string, never>;
  'node.drain': { readonly graceMs: number };
  'node.reboot': { readonly graceMs: number };
  'node.park': Record<string, never>;
  'node.unpark': Record<string, never>;
  'replica.transfer-leader': { readonly from: string; readonly to: string | null };
  'replica.rebalance': Record<string, never>;
  'queue.pause-consumer': Record<string, never>;
  'queue.resume-consumer': Record<string, never>;
  'queue.quarantine-message': { readonly messageId: string };
  'job.restart': Record<string, never>;
  'job.stop': Record<string, never>;
  'storage.reclaim': { readonly pathId: string };
  'traffic.shed': { readonly ratio: number };
  'person.page': { readonly severity: 1 | 2 | 3 | 4; readonly summary: string };
}

export type ActionName = keyof ActionParams;

/** One action bound to a target. */
export type ActionSpec = {
  [Name in ActionName]: { readonly name: Name; readonly target: EntityRef; readonly params: ActionParams[Name] };
}[ActionName];

/** `safe` has no effect on service; `low` takes one replaceable part; `high` moves state or many parts; `severe` may lose data or cannot be undone. */
export type RiskClass = 'safe' | 'low' | 'high' | 'severe';

export interface ActionKind {
  readonly targetKind: EntityKind;
  readonly risk: RiskClass;
  /** The action that undoes this one, or null with the reason why none is needed or possible. */
  readonly inverse: ActionName | null;
  readonly inverseReason: string | null;
  /** Whether an inverse exists or none is needed: mode `guarded` acts alone only on these. */
  readonly reversible: boolean;
  /** What a second call with the same key does. */
  readonly idempotency: string;
}

const none = (reason: string, reversible: boolean) => ({ inverse: null, inverseReason: reason, reversible });
const inverse = (name: ActionName) => ({ inverse: name, inverseReason: null, reversible: true });

/** The whole catalogue. */
export const actionCatalogue: Readonly<Record<ActionName, ActionKind>> = {
  'instance.restart': {
    targetKind: 'instance',
    risk: 'low',
    ...none('a restart ends where it began; queues redeliver what was not acknowledged', true),
    idempotency: 'repeated only if the instance still has the generation and start time of the intent',
  },
  'instance.stop': {
    targetKind: 'instance',
    risk: 'low',
    ...inverse('instance.start'),
    idempotency: 'stopping a stopped instance changes nothing',
  },
  'instance.start': {
    targetKind: 'instance',
    risk: 'low',
    ...inverse('instance.stop'),
    idempotency: 'starting a running instance changes nothing',
  },
  'instance.reconnect-network': {
    targetKind: 'instance',
    risk: 'low',
    ...none('reattaching only restores the declared network', true),
    idempotency: 'connecting a connected instance changes nothing',
  },
  'workload.scale': {
    targetKind: 'workload',
    risk: 'low',
    ...inverse('workload.scale'),
    idempotency: 'sets an absolute count',
  },
  'workload.set-resources': {
    targetKind: 'workload',
    risk: 'high',
    ...inverse('workload.set-resources'),
    idempotency: 'sets absolute limits',
  },
  'workload.rollback': {
    targetKind: 'workload',
    risk: 'high',
    ...inverse('workload.rollback'),
    idempotency: 'sets an absolute version',
  },
  'node.cordon': {
    targetKind: 'node',
    risk: 'safe',
    ...inverse('node.uncordon'),
    idempotency: 'cordoning a cordoned node changes nothing',
  },
  'node.uncordon': {
    targetKind: 'node',
    risk: 'safe',
    ...inverse('node.cordon'),
    idempotency: 'uncordoning an open node changes nothing',
  },
  'node.drain': {
    targetKind: 'node',
    risk: 'high',
    ...none('moved instances stay where they went; uncordon reopens the node', true),
    idempotency: 'draining an empty node changes nothing',
  },
  'node.reboot': {
    targetKind: 'node',
    risk: 'severe',
    ...none('a reboot cannot be taken back', false),
    idempotency: 'repeated only if the boot id of the intent still holds',
  },
  'node.park': {
    targetKind: 'node',
    risk: 'high',
    ...inverse('node.unpark'),
    idempotency: 'parking a parked node changes nothing',
  },
  'node.unpark': {
    targetKind: 'node',
    risk: 'safe',
    ...inverse('node.park'),
    idempotency: 'unparking a running node changes nothing',
  },
  'replica.transfer-leader': {
    targetKind: 'replica-group',
    risk: 'high',
    ...none('any in-sync member may lead; moving back would only repeat the pause', true),
    idempotency: 'does nothing when the leader is no longer the one named',
  },
  'replica.rebalance': {
    targetKind: 'replica-group',
    risk: 'severe',
    ...none('data movement takes hours and is not reversed', false),
    idempotency: 'joins a running rebalance',
  },
  'queue.pause-consumer': {
    targetKind: 'queue',
    risk: 'high',
    ...inverse('queue.resume-consumer'),
    idempotency: 'pausing a paused consumer changes nothing',
  },
  'queue.resume-consumer': {
    targetKind: 'queue',
    risk: 'low',
    ...inverse('queue.pause-consumer'),
    idempotency: 'resuming a running consumer changes nothing',
  },
  'queue.quarantine-message': {
    targetKind: 'queue',
    risk: 'severe',
    ...none('the message is kept in quarantine, a person puts it back', false),
    idempotency: 'a message is moved once',
  },
  'job.restart': {
    targetKind: 'job',
    risk: 'low',
    ...none('a job starts again from its last checkpoint', true),
    idempotency: 'repeated only if the attempt of the intent still holds',
  },
  'job.stop': {
    targetKind: 'job',
    risk: 'high',
    ...inverse('job.restart'),
    idempotency: 'stopping a stopped job changes nothing',
  },
  'storage.reclaim': {
    targetKind: 'node',
    risk: 'severe',
    ...none('deleted files are gone; only declared paths qualify', false),
    idempotency: 'reclaiming an empty path changes nothing',
  },
  'traffic.shed': {
    targetKind: 'workload',
    risk: 'high',
    ...inverse('traffic.shed'),
    idempotency: 'sets an absolute ratio',
  },
  'person.page': {
    targetKind: 'cluster',
    risk: 'safe',
    ...none('a page changes nothing in the cluster', true),
    idempotency: 'one page per incident and reason',
  },
};

/** Whether all that actions do is to call a person, which changes nothing in the cluster. */
export function onlyCall(actions: readonly ActionSpec[]): boolean {
  return actions.length > 0 && actions.every(({ name }) => name === 'person.page');
}
