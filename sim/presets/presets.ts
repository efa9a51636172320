import type { ClusterSpec } from '../cluster/spec.ts';
import { batchSmall } from './batch.ts';
import { edge } from './edge.ts';
import { streamLarge, streamSmall } from './stream.ts';

/** Clusters that a scenario names instead of spelling them out. */
export const presets = {
  'stream-small': streamSmall,
  'stream-large': streamLarge,
  'batch-small': batchSmall,
  edge,
} as const satisfies Record<string, () => ClusterSpec>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
