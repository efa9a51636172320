import type { ClusterSpec } from '../cluster/spec.ts';
import { streamLarge, streamSmall } from './stream.ts';

/** Clusters that a scenario names instead of spelling them out. */
export const presets = {
  'stream-small': streamSmall,
  'stream-large': streamLarge,
} as const satisfies Record<string, () => ClusterSpec>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
