import { serveTasks } from '../chaos/pool.ts';
import type { SeedFinding } from './campaign.ts';
import { loadedPlaybooks } from './loaded-playbooks.ts';
import { playSeed } from './round.ts';
import { shrinkSeed } from './shrink.ts';

serveTasks(({ seed, what }: SeedFinding) =>
  shrinkSeed(seed, what, (without) => {
    const { safetyBroken, livenessBroken } = playSeed(seed, loadedPlaybooks, without);
    return [...safetyBroken, ...livenessBroken];
  }),
);
