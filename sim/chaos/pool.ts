import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';

/*
 * Independent tasks over worker threads. Each result depends on its task alone, and results come back in the order of
 * the tasks, so the number of threads changes nothing but the time.
 */

interface Order<Task> {
  readonly index: number;
  readonly task: Task;
}

interface Reply<Result> {
  readonly index: number;
  readonly result: Result;
}

/** The file of a worker beside the module that starts it: a source or its compiled twin. */
export function workerBeside(moduleUrl: string, name: string): URL {
  return new URL(`./${name}${extname(moduleUrl)}`, moduleUrl);
}

/**
 * Runs every task on a pool of threads.
 * @param shared handed to every thread once, as its `workerData`
 * @param onResult called as results come in, in no particular order
 * @throws the first error of any thread; the others are ended then
 */
export async function onThreads<Task, Result>(
  file: URL,
  shared: unknown,
  tasks: readonly Task[],
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  const threads = Array.from(
    { length: Math.min(availableParallelism(), tasks.length) },
    () => new Worker(file, { workerData: shared }),
  );
  let next = 0;
  const work = (thread: Worker) =>
    new Promise<void>((resolve, reject) => {
      const order = () => {
        const index = next++;
        if (index < tasks.length) thread.postMessage({ index, task: tasks[index]! } satisfies Order<Task>);
        else resolve();
      };
      thread.once('error', reject);
      thread.on('message', ({ index, result }: Reply<Result>) => {
        results[index] = result;
        onResult(result);
        order();
      });
      order();
    });
  try {
    await Promise.all(threads.map(work));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return results;
}

/** Called once by a worker's file: answers orders until the pool ends the thread. */
export function serveTasks<Task, Result>(perform: (task: Task) => Result): void {
  parentPort!.on('message', ({ index, task }: Order<Task>) => {
    parentPort!.postMessage({ index, result: perform(task) } satisfies Reply<Result>);
  });
}
