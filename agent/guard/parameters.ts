import { z } from 'zod';
import { type ActionName, type ActionSpec, actionCatalogue } from '../../model/actions.ts';
import { entityKinds } from '../../model/entity.ts';

/*
 * The catalogue's parameters as schemas. Types vanish at run time, and a plan may come from a file, a model's choice or a
 * journal, so every plan is held against these before anything else is believed about it.
 */

/** An hour: longer than any engine's grace period, short enough to notice a unit mix-up. */
const graceMsMax = 3_600_000;
const instancesMax = 10_000;
const coresMax = 1_024;
/** 64 TiB. */
const memoryBytesMax = 64 * 1024 ** 4;
const memoryBytesMin = 4 * 1024 ** 2;

const name = z.string().min(1).max(253);
const none = z.strictObject({});
const grace = z.strictObject({ graceMs: z.int().min(0).max(graceMsMax) });

const resources = z
  .strictObject({
    cpuCores: z.number().positive().max(coresMax).nullable(),
    memoryBytes: z.int().min(memoryBytesMin).max(memoryBytesMax).nullable(),
  })
  .refine((params) => params.cpuCores !== null || params.memoryBytes !== null, 'changes nothing');

const schemas: Readonly<Record<ActionName, z.ZodType>> = {
  'instance.restart': grace,
  'instance.stop': grace,
  'instance.start': none,
  'instance.reconnect-network': none,
  'workload.scale': z.strictObject({ to: z.int().min(0).max(instancesMax) }),
  'workload.set-resources': resources,
  'workload.rollback': z.strictObject({ toVersion: name }),
  'node.cordon': none,
  'node.uncordon': none,
  'node.drain': grace,
  'node.reboot': grace,
  'node.park': none,
  'node.unpark': none,
  'replica.transfer-leader': z.strictObject({ from: name, to: name.nullable() }),
  'replica.rebalance': none,
  'queue.pause-consumer': none,
  'queue.resume-consumer': none,
  'queue.quarantine-message': z.strictObject({ messageId: name }),
  'job.restart': none,
  'job.stop': none,
  'storage.reclaim': z.strictObject({ pathId: name }),
  'traffic.shed': z.strictObject({ ratio: z.number().min(0).max(1) }),
  'person.page': z.strictObject({ severity: z.int().min(1).max(4), summary: z.string().min(1).max(500) }),
};

const target = z.strictObject({ kind: z.enum(entityKinds), id: z.string().min(1) });

/** Says what is wrong with an action, or null: unknown name, wrong kind of target, parameters outside the catalogue. */
export function invalidAction(action: ActionSpec): string | null {
  if (!Object.hasOwn(actionCatalogue, action.name)) return `${action.name} is not in the catalogue`;
  const checkedTarget = target.safeParse(action.target);
  if (!checkedTarget.success) return `target: ${checkedTarget.error.issues[0]!.message}`;
  const { targetKind } = actionCatalogue[action.name];
  if (action.target.kind !== targetKind) return `${action.name} takes a ${targetKind}, not a ${action.target.kind}`;
  const checked = schemas[action.name].safeParse(action.params);
  if (checked.success) return null;
  const issue = checked.error.issues[0]!;
  return `${[action.name, ...issue.path].join(' ')}: ${issue.message}`;
}
