import { entityKey } from '../../model/entity.ts';
import type { Scenario } from '../scenario.ts';
import { createWorld } from '../world.ts';
import type { Baseline, ScoredRun } from './score.ts';
import { scoreRun } from './score.ts';

/** The same scenario and seed with nobody there to help, and what it costs. */
export function runWithoutAgent(
  scenario: Scenario,
  seed: number,
): { readonly baseline: Baseline; readonly scored: ScoredRun } {
  const world = createWorld({ scenario, seed });
  const firstFailureAtMs = new Map<string, number>();
  world.listen((told) => {
    if (told.kind !== 'event' || told.name !== 'instance.died') return;
    const key = entityKey(told.entity);
    if (!firstFailureAtMs.has(key)) firstFailureAtMs.set(key, told.observedAtMs);
  });
  world.runUntilMs(world.endMs);
  const { sloMsLost, lossCurve } = world.truth;
  const baseline: Baseline = { sloMsLost, sloMsLostReactive: null, firstFailureAtMs, lossCurve };
  return { baseline, scored: scoreRun({ world, shell: null, rows: [] }, baseline) };
}
