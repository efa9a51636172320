import { z } from 'zod';
import { type ActionName, actionCatalogue } from '../../model/actions.ts';
import { causeKinds } from '../../model/incident.ts';
import { workloadRoles } from '../../model/inventory.ts';
import { durationMs, ratio } from '../config/units.ts';

/*
 * The shape of `playbook.yaml`. Everything that a shape can say is said here, so that the editor's schema and the loader
 * cannot disagree; what relates fields to each other is checked in `playbook.ts`.
 */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'is not a lower-case name with dashes');
const condition = z.string().min(1).max(500);

/** How a parameter finds its entities, from the cause that was diagnosed. */
export const selectors = [
  /** The entity of the cause. */
  'cause',
  /** Every entity for which this diagnosis names a cause of the trigger. */
  'causes',
  /** The workload of the cause, or the one that reads the queue. */
  'workload',
  /** The queue that the cause's workload reads. */
  'queue',
  /** The workload that writes to the queue. */
  'producer',
  /** The node of the cause. */
  'node',
  /** The instances of the cause's node that the trigger's roles name. */
  'instances-of-node',
  /** The first instance that is stopped on a node of the cause (a node or a zone) which is ready again. */
  'stopped-there',
  /** The workloads that the trigger's roles name and that have instances on the cause, a node or a zone. */
  'workloads-there',
  /** The replica groups that the cause, or an instance of its node, leads. */
  'groups-led',
  'cluster',
] as const;
export type Selector = (typeof selectors)[number];

const entityParam = z.strictObject({
  type: z.enum(['instance', 'node', 'workload', 'queue', 'replica-group', 'cluster']),
  from: z.enum(selectors),
  maxItems: z.int().min(1).max(10).default(1),
});

const numberParam = z.strictObject({
  type: z.literal('number'),
  value: condition,
  min: z.number(),
  max: z.number(),
});

const actionNames = Object.keys(actionCatalogue) as [ActionName, ...ActionName[]];

const predict = z.strictObject({
  metric: z.string(),
  of: z.enum(['target', 'queue']).default('target'),
  becomes: z.enum(['below', 'above']),
  value: z.union([z.number(), condition]),
  within: durationMs,
  probability: ratio,
});

const step = z.strictObject({
  id: name,
  each: z.string(),
  action: z.enum(actionNames),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  timeout: durationMs,
  predict: predict.optional(),
});

const test = z.strictObject({
  name: z.string(),
  fixture: z.string(),
  expect: z.union([
    z.literal('abstain'),
    z.strictObject({ plan: z.array(z.strictObject({ action: z.enum(actionNames), target: z.string() })).min(1) }),
  ]),
});

export const playbookSchema = z.strictObject({
  version: z.literal(1),
  playbook: name,
  summary: z.string().min(10).max(200),
  params: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), z.union([entityParam, numberParam])),
  trigger: z.strictObject({
    causes: z.array(z.enum(causeKinds)).min(1),
    roles: z.array(z.enum(workloadRoles)).min(1).optional(),
    minConfidence: ratio.default(0.6),
    cooldown: durationMs,
  }),
  diagnose: z
    .strictObject({
      require: z.int().min(0),
      of: z.array(condition),
      otherwise: z.literal('abstain').default('abstain'),
    })
    .default({ require: 0, of: [], otherwise: 'abstain' }),
  checks: z.array(condition),
  steps: z.array(step).min(1).max(6),
  verify: z.strictObject({
    after: durationMs,
    within: durationMs,
    expect: z.array(condition),
    inconclusive: z.enum(['page', 'hold']).default('page'),
  }),
  undo: z.union([z.strictObject({ reason: z.string().min(10) }), z.strictObject({ action: z.literal('inverse') })]),
  drill: z.strictObject({ scenario: z.string(), every: durationMs }).optional(),
  tests: z.array(test).default([]),
});

export type PlaybookText = z.output<typeof playbookSchema>;

/** JSON Schema of `playbook.yaml`, for editors and the reference. */
export function playbookJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(playbookSchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}
