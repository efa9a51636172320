import { z } from 'zod';
import { actionCatalogue } from '../../model/actions.ts';
import { causeKinds } from '../../model/incident.ts';
import { loadPatterns } from '../cluster/load.ts';
import { presetNames } from '../presets/presets.ts';
import { clusterFile } from './cluster-file.ts';
import { duration, id, lasting } from './values.ts';

/** The scenario file as people write it; `parseScenario` compiles it once into base units. */

const actionNames = Object.keys(actionCatalogue) as [keyof typeof actionCatalogue, ...(keyof typeof actionCatalogue)[]];

const load = z.strictObject({
  pattern: z.enum(loadPatterns).default('steady').describe('how the load goes over the day'),
  peak: z.number().positive().max(20).default(1).describe("times the queues' messagesPerS at the busiest moment"),
  file: z
    .string()
    .optional()
    .describe(
      'for `replay`: a CSV file beside the scenario, one row per step, whose last column is a rate above 0; other rows are skipped, and the mean of all is the base load',
    ),
  step: lasting
    .optional()
    .describe('for `replay`: time that each row lasts, otherwise 1m; after the last row it begins again'),
});

const fault = z.looseObject({
  at: duration.describe('after the start of the scenario, before its end'),
  kind: z.enum(causeKinds).describe('kind of fault, as `homeostat chaos faults` lists them'),
  target: z.string().min(1).describe('id of what it befalls, or `kind/id`, such as `queue/orders`'),
  lasts: lasting.optional().describe('ends by itself after this; otherwise it stays until somebody mends it'),
});

const expectation = z.strictObject({
  causes: z
    .array(
      z.strictObject({
        kind: z.enum(causeKinds).describe('kind of fault, as `homeostat chaos faults` lists them'),
        entity: z.string().min(1).describe('id of what it befell, or `kind/id`'),
      }),
    )
    .default([])
    .describe('what a diagnosis should name; [] in a control, in which nothing should be done'),
  never: z
    .array(
      z.strictObject({
        action: z.enum(actionNames).describe('name of an action, such as workload.scale'),
        target: z.string().optional().describe('id of its target, or `kind/id`; otherwise any'),
        to: z.number().int().min(0).optional().describe('for `workload.scale`: the number of instances; otherwise any'),
      }),
    )
    .default([])
    .describe('actions that count as harm'),
});

const person = z.strictObject({
  after: duration.describe('from the question to the answer'),
  answer: z.enum(['approve', 'deny']).describe('what this person answers to every question'),
});

const preset = z.strictObject(
  { preset: z.enum(presetNames as [string, ...string[]]).describe('name of a cluster that is ready') },
  {
    error: ({ code, input }) => {
      if (code !== 'invalid_type' || input === undefined) return undefined;
      return `is no cluster; write { preset: ${presetNames.includes(input as never) ? input : presetNames[0]} }, or spell it out`;
    },
  },
);

/** A cluster is one or the other; both at once is one mistake, whatever else is in them. */
const both = z.looseObject({ preset: z.unknown() }).refine(() => false, {
  path: ['preset'],
  error: 'stands beside a cluster that is spelled out; leave it out, or leave out everything else of the cluster',
});

const parts = {
  version: z.literal(1).describe('version of this format'),
  name: id.describe('as runs and reports call it'),
  about: z.string().optional().describe('what it is about and why it is hard, for people'),
  duration: lasting.describe('how long it runs, in simulated time'),
  load: load.default({ pattern: 'steady', peak: 1 }).describe('how many messages arrive, over time'),
  faults: z.array(fault).default([]).describe('what goes wrong'),
  expect: expectation.default({ causes: [], never: [] }).describe('what is scored'),
  people: z.array(person).default([]).describe('who answers questions; nobody unless listed'),
};

export const scenarioFile = z.strictObject({
  ...parts,
  cluster: z.union([preset, clusterFile]).describe('`{ preset: NAME }`, or spelled out'),
});
const withPreset = z.strictObject({ ...parts, cluster: preset });
const spelledOut = z.strictObject({ ...parts, cluster: clusterFile });
const withBoth = z.strictObject({ ...parts, cluster: both });

export type ScenarioFile = z.infer<typeof scenarioFile>;

/** The form that the author meant: a cluster is a preset where it names one, or is no collection of keys at all. */
export function formOf(data: unknown): z.ZodType<ScenarioFile> {
  const cluster = (data as { readonly cluster?: unknown } | null)?.cluster;
  if (typeof cluster !== 'object' || cluster === null || Array.isArray(cluster)) return withPreset;
  if (!('preset' in cluster)) return spelledOut;
  const isSpelledOut = Object.keys(cluster).some((key) => key in clusterFile.shape);
  return (isSpelledOut ? withBoth : withPreset) as z.ZodType<ScenarioFile>;
}
