import { loadPlaybooks } from '../../agent/files.ts';
import { playSeed } from '../../sim/campaign/round.ts';

/** Plays seeds until one breaks a law and prints it; exit code 1 where none does. Runs inside a sabotaged copy. */
const seeds = Number(process.argv[2]);
const playbooks = loadPlaybooks([]);
if (!playbooks.ok) throw new Error('the built-in playbooks are unsound');
process.exitCode = 1;
for (let seed = 1; seed <= seeds && process.exitCode === 1; seed++) {
  const { safetyBroken, livenessBroken } = playSeed(seed, playbooks.playbooks);
  const [first] = [...safetyBroken, ...livenessBroken];
  if (first === undefined) continue;
  console.log(`seed ${seed}: ${first}`);
  process.exitCode = 0;
}
