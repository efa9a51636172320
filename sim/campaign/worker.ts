import { serveTasks } from '../chaos/pool.ts';
import type { SeedTask } from './campaign.ts';
import { loadedPlaybooks } from './loaded-playbooks.ts';
import { playSeed } from './round.ts';

serveTasks(({ seed, without }: SeedTask) => playSeed(seed, loadedPlaybooks, without));
