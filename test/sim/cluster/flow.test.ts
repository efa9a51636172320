import { expect, test } from 'vitest';
import { createCluster } from '../../../sim/cluster/cluster.ts';
import { Kernel } from '../../../sim/kernel/kernel.ts';
import { Streams } from '../../../sim/kernel/random.ts';
import { streamLarge } from '../../../sim/presets/stream.ts';

function batchesWith(changes: Readonly<Record<string, object>>): string[][] {
  const spec = streamLarge();
  const workloads = spec.workloads.map((workload) => ({ ...workload, ...changes[workload.id] }));
  const quiet = { event: () => {}, log: () => {} };
  const state = createCluster({ ...spec, workloads }, new Kernel(0), new Streams(1), quiet);
  return state.queueBatches.map((batch) => batch.map((queue) => queue.id));
}

const all = Array.from({ length: 10 }, (_, i) => `orders-${i + 1}`);

test('queues that share no workload advance together', () => {
  expect(batchesWith({})).toEqual([all]);
});

test('a queue waits for the one whose consumer feeds it', () => {
  expect(batchesWith({ 'worker-3': { produces: 'orders-6' } })).toEqual([all.slice(0, 5), all.slice(5)]);
});

test('a queue whose workers hold the replicas of others waits for those before it', () => {
  expect(batchesWith({ broker: { consumes: 'orders-4' } })).toEqual([all.slice(0, 3), ['orders-4'], all.slice(4)]);
});
