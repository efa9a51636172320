/** What faces may do with recorded advice. */
export { type ReplayedAdvice, replayAdvice } from '../plan/advise/replay.ts';
