import { spawnSync } from 'node:child_process';
import { EventLadder } from '../sim/kernel/event-ladder.ts';
import { Kernel } from '../sim/kernel/kernel.ts';
import { RandomStream } from '../sim/kernel/random.ts';
import { type BenchRow, runPairs } from './pair.ts';
import { BinaryHeap } from './sim-binary-heap.ts';

/*
 * P9, by the hold model (Jones, "An empirical comparison of priority-queue and event-set implementations", 1986):
 * with n events pending, take the next and put one back a random increment later.
 */

const pendingCount = 1_000_000;
const holds = 1_000_000;

const increments: Readonly<Record<string, (random: RandomStream) => number>> = {
  exponential: (random) => random.exponential(1),
  uniform: (random) => 2 * random.next(),
  /** Nine short ones to one long, as with timeouts that are mostly cancelled by soon answers. */
  bimodal: (random) => (random.next() < 0.9 ? 0.1 * random.next() : 9 + random.next()),
};

interface Heap {
  nextTime(): number;
  push(time: number, id: number): void;
  pop(): number;
}

/** Events per second of one heap; draws lie ready, so that only the heap is measured. */
function holdRate(heap: Heap, draws: Float64Array): number {
  for (let id = 0; id < pendingCount; id++) heap.push(draws[id]!, id);
  const beganAt = performance.now();
  for (let i = 0; i < holds; i++) {
    const time = heap.nextTime();
    const id = heap.pop();
    heap.push(time + draws[i % draws.length]!, id);
  }
  return (holds / (performance.now() - beganAt)) * 1000;
}

function heapRow(name: string, draw: (random: RandomStream) => number): BenchRow {
  const random = new RandomStream(`hold/${name}`);
  const draws = Float64Array.from({ length: pendingCount }, () => draw(random));
  return runPairs({
    name: `P9 kernel against binary heap, 1M pending, ${name}`,
    unit: 'events/s',
    candidate: () => holdRate(new EventLadder(), draws),
    reference: () => holdRate(new BinaryHeap(pendingCount + 1), draws),
  });
}

const simpyPending = 10_000;
const simpyEvents = 200_000;

/** The whole kernel, callbacks included, in the model that SimPy runs beside it. */
function kernelRate(): number {
  const kernel = new Kernel(0);
  const random = new RandomStream('simpy');
  let run = 0;
  const turn = () => {
    if (++run < simpyEvents) kernel.after(random.exponential(1), turn);
  };
  const beganAt = performance.now();
  for (let i = 0; i < simpyPending; i++) kernel.after(random.exponential(1), turn);
  kernel.runUntilMs(Number.MAX_SAFE_INTEGER);
  return (run / (performance.now() - beganAt)) * 1000;
}

const simpyProgram = `
import random, time, simpy
env = simpy.Environment()
run = 0
def hold():
    global run
    while run < ${simpyEvents}:
        yield env.timeout(random.expovariate(1))
        run += 1
for _ in range(${simpyPending}): env.process(hold())
began = time.perf_counter()
env.run()
print(run / (time.perf_counter() - began))
`;

/** Debian's python3 knows `python3-simpy3`; another python first in PATH may not. */
const pythons = ['/usr/bin/python3', 'python3'];

function simpyRate(python: string): number | null {
  const { status, stdout } = spawnSync(python, ['-c', simpyProgram], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : null;
}

/** Rows of goal P9. Without SimPy on the machine its row is left out, and said so on stderr. */
export function benchSimKernel(): BenchRow[] {
  const rows = Object.entries(increments).map(([name, draw]) => heapRow(name, draw));
  const python = pythons.find((candidate) => simpyRate(candidate) !== null);
  if (python === undefined) {
    console.error('SimPy is not installed (Debian: python3-simpy3); its row is left out');
    return rows;
  }
  const row = runPairs({
    name: 'P9 kernel against SimPy, 10k pending, exponential',
    unit: 'events/s',
    candidate: kernelRate,
    reference: () => simpyRate(python)!,
  });
  return [...rows, row];
}

if (import.meta.main) for (const row of benchSimKernel()) console.log(JSON.stringify(row));
