import { loadPlaybooks } from '../../agent/files.ts';
import { serveTasks } from '../chaos/pool.ts';
import { playSeed } from './round.ts';

// Loaded by each thread: compiled playbooks hold functions, which do not cross between threads.
const playbooks = loadPlaybooks([]);
if (!playbooks.ok) throw new Error(playbooks.problems.map((problem) => problem.message).join('\n'));
const loaded = playbooks.playbooks;
serveTasks((seed: number) => playSeed(seed, loaded));
