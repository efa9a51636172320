import { z } from 'zod';
import type { FailureModel } from './failure-model.ts';
import { featureNames } from './features.ts';

const numbers = z.array(z.number());
const tree = z.object({ feature: numbers, threshold: numbers, left: numbers, value: numbers });
const schema = z.object({
  attributes: z.array(z.string()).min(1),
  horizonHours: z.number().positive(),
  kindRisks: z.record(z.string(), z.number()),
  trees: z.object({ base: z.number(), trees: z.array(tree) }),
  calibration: z.array(z.object({ logOdds: z.number(), probability: z.number().min(0).max(1) })),
  alarmScore: z.number().min(0).max(1),
  unseen: z.object({ alarmedHealthy: z.number(), detectedFailures: z.number() }).optional(),
});

export type ParsedModel =
  | { readonly ok: true; readonly model: FailureModel }
  | { readonly ok: false; readonly mistake: string };

/** Reads a shipped model. A tree that points outside itself or back is refused: it would never end. */
export function parseFailureModel(text: string): ParsedModel {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { ok: false, mistake: `not JSON: ${String(error)}` };
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) return { ok: false, mistake: z.prettifyError(parsed.error) };
  const features = featureNames(parsed.data.attributes).length;
  const broken = parsed.data.trees.trees.findIndex((candidate) => !isSound(candidate, features));
  if (broken >= 0) return { ok: false, mistake: `tree ${broken} is not a tree over ${features} features` };
  return { ok: true, model: parsed.data };
}

function isSound({ feature, threshold, left, value }: z.infer<typeof tree>, features: number): boolean {
  const nodes = value.length;
  if (nodes === 0 || feature.length !== nodes || threshold.length !== nodes || left.length !== nodes) return false;
  return left.every((child, node) => {
    if (child === 0) return true;
    const asks = feature[node]!;
    const forward = Number.isInteger(child) && child > node && child + 1 < nodes;
    return forward && Number.isInteger(asks) && asks >= 0 && asks < features;
  });
}
