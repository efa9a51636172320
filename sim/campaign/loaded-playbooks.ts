import { loadPlaybooks } from '../../agent/files.ts';

// Loaded by each thread: compiled playbooks hold functions, which do not cross between threads.
const read = loadPlaybooks([]);
if (!read.ok) throw new Error(read.problems.map((problem) => problem.message).join('\n'));
export const loadedPlaybooks = read.playbooks;
