import { loadPlaybooks } from '../../agent/files.ts';
import { playSeed } from '../../sim/campaign/round.ts';

/** Plays seeds until one breaks a law; prints the last seed played and what it broke. Runs inside a sabotaged copy. */
const seeds = Number(process.argv[2]);
const playbooks = loadPlaybooks([]);
if (!playbooks.ok) throw new Error('the built-in playbooks are unsound');
let seed = 0;
let broken: string | undefined;
while (broken === undefined && seed < seeds) {
  seed += 1;
  const played = playSeed(seed, playbooks.playbooks);
  broken = [...played.safetyBroken, ...played.livenessBroken][0];
}
console.log(JSON.stringify({ seed, broken: broken ?? null }));
