import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Config } from '../agent/config.ts';
import type { AgentFace, Clock } from '../agent/views/face.ts';
import { forgetAddress, rememberAddress } from './address.ts';
import { createApp } from './app.ts';
import { createMetrics } from './metrics.ts';
import type { Token } from './tokens.ts';
import type { TraceExport } from './traces.ts';

export interface ApiOptions {
  readonly config: Config;
  readonly agent: AgentFace;
  readonly tokens: readonly Token[];
  readonly clock: Clock;
}

export interface RunningApi {
  readonly port: number;
  /** Ends streams, refuses new requests and returns when all are done. */
  close(): Promise<void>;
}

/** Connections at once; each event stream holds one. */
const connectionsMax = 512;

/** Serves the API on the configured address. Rejects where it cannot listen there. */
export async function startApi({ config, agent, tokens, clock }: ApiOptions): Promise<RunningApi> {
  const metrics = createMetrics(agent);
  const closing = new AbortController();
  const stopCounting = agent.onRow(metrics.count);
  const traces = config.otel === null ? null : await traceTo(config.otel.endpoint, config, agent);
  const stopTracing = agent.onRow((row) => traces?.see(row));
  const app = createApp({ config, agent, clock, metrics, closing: closing.signal }, tokens);
  const server = createServer(config);
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.maxConnections = connectionsMax;
  await listen(server, config);
  const { port } = server.address() as AddressInfo;
  rememberAddress(config, port);
  return {
    port,
    async close() {
      stopCounting();
      stopTracing();
      await traces?.close();
      closing.abort();
      forgetAddress(config);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
}

/** Loaded only where a receiver is named: OpenTelemetry's SDK is large. */
async function traceTo(endpoint: string, config: Config, agent: AgentFace): Promise<TraceExport> {
  const { exportTraces } = await import('./traces.ts');
  return exportTraces(endpoint, config.cluster.id, agent);
}

function createServer(config: Config): Server {
  const { tls } = config.api;
  if (tls === null) return createPlainServer();
  const own = { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.2' } as const;
  if (tls.clients === null) return createTlsServer(own);
  // Whoever shows no certificate of this authority may still name themselves by a token.
  const asked = { ca: readFileSync(tls.clients.caFile), requestCert: true, rejectUnauthorized: false };
  return createTlsServer({ ...own, ...asked });
}

function listen(server: Server, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.api.port, config.api.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
