import type { ActionName } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import { usualActions } from './change-faults.ts';

/** What `to` and `toText` of a `human-action` mean, for the actions that have them. */
interface PersonParams {
  readonly to?: {
    readonly means: string;
    /** Null: it must be given. */
    readonly otherwise: string | null;
    readonly fits: (to: number) => boolean;
  };
  readonly toText?: { readonly means: string; readonly otherwise: string | null };
}

export const personParams: Readonly<Partial<Record<ActionName, PersonParams>>> = {
  'workload.scale': {
    to: { means: 'number of instances, a whole number', otherwise: 'one more', fits: (to) => Number.isInteger(to) },
  },
  'workload.set-resources': {
    to: { means: 'cores of each instance, above 0', otherwise: null, fits: (to) => to > 0 },
  },
  'workload.rollback': {
    toText: { means: 'version', otherwise: 'the one before the change of version that an earlier fault made' },
  },
  'replica.transfer-leader': { toText: { means: 'member that is to lead', otherwise: 'any member in sync' } },
  'queue.quarantine-message': {
    toText: { means: 'id of the message; that of the n-th fault is `msg-f-<n>-7f3a`', otherwise: null },
  },
  'storage.reclaim': { toText: { means: 'what is removed', otherwise: 'logs' } },
  'traffic.shed': { to: { means: 'share of the load, from 0 to 1', otherwise: null, fits: (to) => to <= 1 } },
  'person.page': { toText: { means: 'what the person is told', otherwise: 'please look' } },
};

/** The action of a `human-action` on such a target; `usual` is what people do to it. */
export function personAction(asked: string, target: EntityKind): ActionName | undefined {
  return asked === 'usual' ? usualActions[target] : (asked as ActionName);
}
