import { createHash } from 'node:crypto';
import { type Consumer, jetstream } from '@nats-io/jetstream';
import { connectToBrokers, consumer, endOnSignal, instanceName, serveStatus, sleepMs, stream } from './lifecycle.ts';

/**
 * Takes orders from the work queue, one at a time, and acknowledges each when it is done.
 * SIGUSR2 starts a memory leak that only a restart ends.
 */

/** How long one order takes, mostly waiting: a worker manages about 35 a second. */
const serviceMs = 25;
/** Rounds of SHA-256 per order, about 0.3 ms of CPU: enough for a tight CPU limit to slow the worker down. */
const hashRounds = 200;
/** Orders asked for at once. Small, so that a worker that hangs holds few of them back. */
const batch = 4;
/** Without progress for this long while orders wait, the worker calls itself unhealthy. */
const stalledAfterMs = 8000;
/** 1 MiB/s takes a worker from its usual 50 MiB to its 192 MiB limit in about 140 s. */
const leakBytesPerS = Number(process.env.LEAK_MIB_PER_S ?? 1) * 1024 * 1024;

const state = { completed: 0, errors: 0, durationMs: 0, pending: 0, progressAtMs: Date.now() };
const leaked: Buffer[] = [];

endOnSignal();
process.once('SIGUSR2', () => {
  console.log('leak: started by SIGUSR2');
  setInterval(() => leaked.push(Buffer.alloc(leakBytesPerS / 4, leaked.length + 1)), 250);
});
serveStatus(() => {
  const idleMs = Date.now() - state.progressAtMs;
  const stalled = state.pending > 0 && idleMs > stalledAfterMs;
  return {
    healthy: !stalled,
    detail: stalled ? `no progress for ${idleMs} ms with ${state.pending} orders waiting` : 'working',
    metrics: {
      work_completed_total: state.completed,
      work_errors_total: state.errors,
      work_duration_ms: Number(state.durationMs.toFixed(2)),
    },
  };
});
await workForEver();

/** Losing the brokers is not the worker's fault: it counts errors, keeps the last known backlog and tries again. */
async function workForEver(): Promise<never> {
  const connection = await connectToBrokers();
  console.log(`${instanceName}: connected to ${connection.getServer()}`);
  const { consumers } = jetstream(connection, { timeout: 2000 });
  for (;;) {
    try {
      const source = await consumers.get(stream, consumer);
      for (;;) await workOnce(source);
    } catch (error) {
      state.errors += 1;
      state.pending = 0;
      console.error(`${instanceName}: ${error instanceof Error ? error.message : error}`);
      await sleepMs(500);
    }
  }
}

/** Works off one batch, or waits up to 2 s for the first order of it. */
async function workOnce(source: Consumer): Promise<void> {
  for await (const order of await source.fetch({ max_messages: batch, expires: 2000 })) {
    const startedAtMs = performance.now();
    let digest = order.data;
    for (let round = 0; round < hashRounds; round += 1) digest = createHash('sha256').update(digest).digest();
    await sleepMs(serviceMs);
    order.ack();
    const tookMs = performance.now() - startedAtMs;
    // An exponential mean over about the last 20 orders.
    state.durationMs = state.completed === 0 ? tookMs : state.durationMs + (tookMs - state.durationMs) / 20;
    state.completed += 1;
    state.pending = order.info.pending;
    state.progressAtMs = Date.now();
  }
  if (Date.now() - state.progressAtMs > 2000) state.pending = (await source.info()).num_pending;
}
