import { parentPort } from 'node:worker_threads';
import { rehearsePlans } from './rehearse.ts';
import type { TwinOrder, TwinReply } from './threaded-twin.ts';

parentPort!.on('message', ({ number, plans, picture }: TwinOrder) => {
  parentPort!.postMessage({ number, rehearsals: rehearsePlans(plans, picture) } satisfies TwinReply);
});
