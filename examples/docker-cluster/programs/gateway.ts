import { randomBytes } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  connectToBrokers,
  consumer,
  endOnSignal,
  instanceName,
  nanosPerMs,
  serveStatus,
  sleepMs,
  stream,
  subject,
} from './lifecycle.ts';

/**
 * Declares the work queue and sends orders into it at a steady rate.
 * SIGUSR1 starts a surge of three times that rate; the next SIGUSR1 ends it.
 */

/** Six workers manage about 210 a second; three of them no longer keep up with 120. */
const ordersPerS = Number(process.env.ORDERS_PER_S ?? 120);
const surgeFactor = 3;
const payloadBytes = 200;
/** Orders are sent in bursts this far apart. */
const burstEveryMs = 100;
/** Unhealthy when no order was accepted for this long: an election takes 4 to 8 s, this is more. */
const stalledAfterMs = 15_000;

const state = { accepted: 0, errors: 0, durationMs: 0, acceptedAtMs: Date.now(), surge: false };

endOnSignal();
process.on('SIGUSR1', () => {
  state.surge = !state.surge;
  console.log(`surge: ${state.surge ? 'on' : 'off'}`);
});
serveStatus(() => {
  const idleMs = Date.now() - state.acceptedAtMs;
  return {
    healthy: idleMs < stalledAfterMs,
    detail: idleMs < stalledAfterMs ? 'sending' : `no order accepted for ${idleMs} ms`,
    metrics: {
      work_completed_total: state.accepted,
      work_errors_total: state.errors,
      work_duration_ms: Number(state.durationMs.toFixed(2)),
    },
  };
});
const connection = await connectToBrokers();
console.log(`${instanceName}: connected to ${connection.getServer()}`);
await declareQueue(connection);
await sendForEver(connection);

/** A replicated work queue and its one durable consumer. Declaring what exists already changes nothing. */
async function declareQueue(to: NatsConnection): Promise<void> {
  for (;;) {
    try {
      const manager = await jetstreamManager(to, { timeout: 2000 });
      await manager.streams.add({
        name: stream,
        subjects: [subject],
        retention: 'workqueue',
        storage: 'file',
        num_replicas: 3,
        // Half of a broker's disk, so that a long backlog refuses new orders before it fills the disk.
        max_bytes: 48 * 1024 * 1024,
        discard: 'new',
      });
      await manager.consumers.add(stream, {
        durable_name: consumer,
        ack_policy: 'explicit',
        // An order that a dead worker held is delivered again after this long.
        ack_wait: 5000 * nanosPerMs,
        max_ack_pending: 2000,
      });
      return;
    } catch (error) {
      console.log(`${instanceName}: waiting for JetStream: ${error instanceof Error ? error.message : error}`);
      await sleepMs(250);
    }
  }
}

async function sendForEver(to: NatsConnection): Promise<never> {
  const client = jetstream(to, { timeout: 2000 });
  let inFlight = 0;
  let sentUntilMs = Date.now();
  for (;;) {
    await sleepMs(burstEveryMs);
    const nowMs = Date.now();
    // After a pause the missed orders are not sent after all: at most one second's worth at once.
    const spanMs = Math.min(nowMs - sentUntilMs, 1000);
    sentUntilMs = nowMs;
    const orders = Math.round((ordersPerS * (state.surge ? surgeFactor : 1) * spanMs) / 1000);
    for (let i = 0; i < orders && inFlight < 500; i += 1) {
      inFlight += 1;
      send(client).finally(() => {
        inFlight -= 1;
      });
    }
  }
}

async function send(client: ReturnType<typeof jetstream>): Promise<void> {
  const startedAtMs = performance.now();
  try {
    await client.publish(subject, randomBytes(payloadBytes));
    state.accepted += 1;
    state.acceptedAtMs = Date.now();
    state.durationMs += (performance.now() - startedAtMs - state.durationMs) / 100;
  } catch {
    state.errors += 1;
  }
}
