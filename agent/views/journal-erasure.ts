/** Erasing what is in the journal, for the command line: it needs no daemon, and does not run beside one. */
export { type Erasure, eraseRows } from '../knowledge/erasure.ts';
