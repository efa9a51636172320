import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** What the containers of this example share: a name, a connection, a status page and a way to end. */

/** The container's name: `docker run --hostname` sets it. */
export const instanceName = hostname();

export const stream = 'orders';
export const subject = 'orders.new';
export const consumer = 'workers';

/** Nanoseconds in a millisecond: the unit of durations in the JetStream API. */
export const nanosPerMs = 1_000_000;

export interface Status {
  /** False makes the container unhealthy. */
  readonly healthy: boolean;
  /** One line for people. */
  readonly detail: string;
  /** Prometheus counters (`*_total`) and gauges. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Connects to the brokers named in `NATS_SERVERS`, for as long as it takes.
 * The short ping interval notices a server that is paused or cut off within 4 s; the client's default takes 22 s.
 */
export function connectToBrokers(): Promise<NatsConnection> {
  return connect({
    name: instanceName,
    servers: (process.env.NATS_SERVERS ?? '').split(','),
    timeout: 1000,
    pingInterval: 1000,
    maxPingOut: 2,
    reconnectTimeWait: 250,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
  });
}

/** Serves `/healthz` (200 or 503) and `/metrics` (Prometheus text) on port 8080. */
export function serveStatus(read: () => Status): void {
  createServer((request, response) => {
    const { healthy, detail, metrics } = read();
    if (request.url === '/healthz') {
      response.writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain' }).end(`${detail}\n`);
    } else if (request.url === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(prometheusText(metrics));
    } else {
      response.writeHead(404).end();
    }
  }).listen(8080);
}

function prometheusText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n${name} ${value}\n`)
    .join('');
}

/** A process that is PID 1 ignores SIGTERM unless it asks for it. */
export function endOnSignal(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
}

export function sleepMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
