import { z } from 'zod';
import { actionCatalogue } from '../../model/actions.ts';
import { causeKinds } from '../../model/incident.ts';
import { workloadRoles } from '../../model/inventory.ts';
import { effects, modes } from '../../model/verdict.ts';
import { durationMs, parseDurationMs, ratio } from '../config/units.ts';

/*
 * What a policy file may say. Defaults are the careful choice, and every value leaves this schema in base units:
 * milliseconds, shares of one, counts.
 */

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is not an id: lower-case letters, digits and dashes');
const count = z.int().min(1);
const restraint = z.enum(['deny', 'ask']);
const why = z.string().min(1, 'is empty, and people read it when they are refused').describe('told with every refusal');

/** `1 per 30m`: at most so many changes in any window of that length. */
const rate = z.string().transform((text, context) => {
  const match = /^(\d+) per (\S+)$/.exec(text);
  const windowMs = match === null ? null : parseDurationMs(match[2]!);
  if (match !== null && windowMs !== null && windowMs > 0) return { count: Number(match[1]), windowMs };
  const params = { hint: 'such as "1 per 30m"' };
  context.addIssue({ code: 'custom', message: `"${text}" is not a rate`, params });
  return z.NEVER;
});

/** A share of the desired members, or a plain number of members. */
const leastHealthy = z.union([
  z
    .int()
    .min(0)
    .transform((members) => ({ members })),
  ratio.transform((share) => ({ share })),
]);

const approval = z.strictObject({
  from: z.array(id).min(1).optional().describe('groups of `people` whose members may answer'),
  need: count.optional().describe('distinct people who must approve'),
  oneFromEach: z.boolean().optional().describe('at least one approval from every group in `from`'),
  expires: durationMs.optional().describe('an unanswered question is a deny after this long'),
});

const limits = z.strictObject({
  targetsAtOnce: count.default(1).describe('distinct targets of one plan, plans in flight included'),
  capacityAtOnce: ratio.default(0.5).describe('share of any workload that may be taken from its healthy members'),
  keepHealthy: z
    .partialRecord(z.enum(workloadRoles), leastHealthy)
    .default({})
    .describe('healthy members that must remain, per role; half where a role is not named'),
  keepQuorum: z
    .literal(true, { error: 'cannot be turned off: losing a quorum stops writers' })
    .default(true)
    .describe('no replica group falls below its quorum or its minimum in sync'),
  oneFailureDomainAtATime: z.boolean().default(true).describe('healthy members are taken from one zone at most'),
  changeBudget: z
    .strictObject({
      perTarget: rate.default({ count: 1, windowMs: 1_800_000 }),
      perCluster: rate.default({ count: 6, windowMs: 3_600_000 }),
    })
    .prefault({})
    .describe('changes per window, counting work in flight and what people do'),
  dataAge: z
    .strictObject({ max: durationMs.default(60_000), effect: restraint.default('deny') })
    .prefault({})
    .describe('oldest data that a plan may rest on'),
  errorBudget: z
    .strictObject({ slo: z.string().min(1), under: ratio, effect: restraint.default('ask') })
    .optional()
    .describe('restraint while an SLO has less than this share of its error budget left'),
  storm: z
    .strictObject({ unhealthyOver: ratio.default(0.4), atLeast: count.default(3), effect: restraint.default('deny') })
    .prefault({})
    .describe('too much unhealthy at once'),
  fixable: z
    .strictObject({ unhealthyOver: ratio, atLeast: count.default(3), effect: restraint.default('ask') })
    .optional()
    .describe('more of one workload than this is not mended instance by instance: something under it is broken'),
  breaker: z
    .strictObject({
      failed: count.default(2),
      ineffective: count.default(2),
      within: durationMs.default(86_400_000),
      effect: restraint.default('ask'),
    })
    .prefault({})
    .describe('fixes that fail, or that succeed without helping, per target and cause; only a person resets it'),
  holdDown: z
    .partialRecord(z.enum([...causeKinds, ...workloadRoles]), durationMs)
    .default({})
    .describe('how long a condition must last before acting, per cause or role; the longest that applies'),
  personQuiet: durationMs.default(600_000).describe('how long a target is left alone after a person changed it'),
});

const role = z.enum(['viewer', 'operator', 'approver', 'admin']);

const group = z
  .strictObject({
    slackGroup: z
      .string()
      .regex(/^S[A-Z0-9]{2,}$/, 'is not a Slack user-group id such as S0ONCALL')
      .optional(),
    users: z
      .array(
        z
          .string()
          .regex(
            /^(unix|slack|token|mtls):[^\s:]+$/,
            'is not an identity such as unix:maria, slack:U012AB or token:ci',
          ),
      )
      .default([]),
    role: role.default('approver').describe('what its members may do: viewer < operator < approver < admin'),
  })
  .refine((value) => value.users.length > 0 || value.slackGroup !== undefined, {
    message: 'names nobody',
    params: { hint: 'add users or a slackGroup' },
  });

const window = z.strictObject({
  cron: z.string().describe('when it begins'),
  lasts: durationMs,
  zone: z.string().optional().describe('IANA time zone; the policy’s own where it is not named'),
  effect: restraint,
  why,
});

const rule = z.strictObject({
  id,
  effect: z.enum(effects),
  actions: z.array(z.string()).min(1).describe('names of the action catalogue, or "*" for all of them'),
  when: z.string().optional().describe('CEL condition; always, where there is none'),
  approval: approval.optional().describe('may only be stricter than the policy’s own'),
  earned: z
    .strictObject({ succeededMin: count, lowerBound: ratio })
    .optional()
    .describe('an auto rule answers ask until its own verified record clears both'),
  why,
});

const fact = z.union([z.string(), z.number(), z.boolean()]);

const test = z.strictObject({
  name: z.string().optional(),
  action: z.string(),
  target: z.string().min(1),
  facts: z.record(z.string(), fact).default({}).describe('facts that differ from a calm, healthy cluster'),
  at: z.string().default('2026-01-07T12:00').describe('local time in the policy’s zone, or with an offset'),
  expect: z.enum(effects),
  by: z.string().optional().describe('the rule or limit that must have decided'),
  need: count.optional().describe('how many people must be asked'),
});

/** The policy file, version 1. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  name: id,
  mode: z.enum(modes).describe('ceiling: observe < propose < guarded < autonomous'),
  timezone: z.string().min(1, 'is required: windows have no silent default zone'),
  people: z.record(id, group).default({}),
  modelMayChoose: z
    .array(z.string())
    .default([])
    .describe('playbooks that a language model may prefer without asking a person'),
  limits: limits.prefault({}),
  approval: approval
    .extend({ ownRequest: z.boolean().default(false).describe('whether whoever asked may approve') })
    .prefault({}),
  windows: z.record(id, window).default({}),
  rules: z.array(rule),
  tests: z.array(test).default([]),
});

export type PolicyFile = z.output<typeof policySchema>;
export type Limits = PolicyFile['limits'];
export type PolicyTest = PolicyFile['tests'][number];
export type Role = z.output<typeof role>;
export type PeopleGroup = PolicyFile['people'][string];

/** JSON Schema of the policy file, for editors. Names of actions are enumerated, so an editor completes them. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  const rules = (schema.properties as Record<string, { items: { properties: Record<string, { items: unknown }> } }>)
    .rules!;
  rules.items.properties.actions!.items = { enum: ['*', ...Object.keys(actionCatalogue)] };
  return { $id: 'homeostat-policy-v1.schema.json', title: 'Homeostat policy', ...schema };
}
