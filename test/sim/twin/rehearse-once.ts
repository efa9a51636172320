import { threadedTwin } from '../../../sim/twin/threaded-twin.ts';
import { planOf } from '../../agent/execute/plans.ts';
import { watch } from './watched.ts';

/** Rehearses one plan, and then has nothing more to do. */
const watched = watch({});
watched.runTo(4);
// Until the answer is there, something else must keep the process alive, as the loop does in a daemon.
const alive = setInterval(() => {}, 1_000);
threadedTwin().rehearse([planOf({})], watched.picture(), () => {
  clearInterval(alive);
  process.stdout.write('rehearsed\n');
});
