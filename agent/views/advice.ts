/** What faces may do with recorded advice. */
export { replayAdvice } from '../plan/advise/replay.ts';
