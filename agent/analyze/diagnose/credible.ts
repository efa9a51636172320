import { entityKey } from '../../../model/entity.ts';
import type { Signal, SignalKind } from '../../../model/signal.ts';
import type { Clues } from './hypothesis.ts';

/** What is read off samples, and so is worth what they are. */
const readOffSamples: ReadonlySet<SignalKind> = new Set([
  'level-high',
  'level-low',
  'change-point',
  'peer-outlier',
  'trend-to-limit',
]);

/** The signals without those that rest on samples of a source of which some cannot, or could not, be true: it is no witness. */
export function credibleOf(signals: readonly Signal[], { own, all }: Pick<Clues, 'own' | 'all'>): readonly Signal[] {
  const liars = new Set(
    [...own, ...all].filter(({ model }) => model === 'plausibility').map(({ entity }) => entityKey(entity)),
  );
  if (liars.size === 0) return signals;
  return signals.filter(({ kind, entity }) => !readOffSamples.has(kind) || !liars.has(entityKey(entity)));
}
