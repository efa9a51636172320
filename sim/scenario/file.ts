import { z } from 'zod';
import { parseDurationMs } from '../../agent/config/units.ts';
import { actionCatalogue } from '../../model/actions.ts';
import { causeKinds } from '../../model/incident.ts';
import { loadPatterns } from '../cluster/load.ts';
import { presetNames } from '../presets/presets.ts';
import { clusterFile } from './cluster-file.ts';

/** The scenario file as people write it; `parseScenario` compiles it once into base units. */

const duration = z
  .string('is not a duration; such as 45m, 90s or 1h30m')
  .refine((text) => parseDurationMs(text) !== null, 'is not a duration; such as 45m, 90s or 1h30m');

const actionNames = Object.keys(actionCatalogue) as [keyof typeof actionCatalogue, ...(keyof typeof actionCatalogue)[]];

const load = z.strictObject({
  pattern: z.enum(loadPatterns).default('steady'),
  peak: z.number().positive().max(20).default(1),
  /** For `replay`: a CSV file beside the scenario, one value per row; its mean is the base load. */
  file: z.string().optional(),
  step: duration.optional(),
});

/** `at`, `kind`, `target` and `lasts` belong to every fault; all else are parameters of its kind. */
const faultFile = z.looseObject({
  at: duration,
  kind: z.enum(causeKinds),
  target: z.string().min(1),
  lasts: duration.optional(),
});

const expectation = z.strictObject({
  causes: z.array(z.strictObject({ kind: z.enum(causeKinds), entity: z.string().min(1) })).default([]),
  never: z
    .array(
      z.strictObject({
        action: z.enum(actionNames),
        target: z.string().optional(),
        to: z.number().int().min(0).optional(),
      }),
    )
    .default([]),
});

const person = z.strictObject({ after: duration, answer: z.enum(['approve', 'deny']) });

export const scenarioFile = z.strictObject({
  version: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is no name; lower-case words joined by dashes'),
  /** What it is about and why it is hard, for people. */
  about: z.string().optional(),
  duration,
  cluster: z.union([z.strictObject({ preset: z.enum(presetNames as [string, ...string[]]) }), clusterFile]),
  load: load.default({ pattern: 'steady', peak: 1 }),
  faults: z.array(faultFile).default([]),
  expect: expectation.default({ causes: [], never: [] }),
  people: z.array(person).default([]),
});

export type ScenarioFile = z.infer<typeof scenarioFile>;
