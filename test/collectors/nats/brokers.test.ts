import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { brokerRounds } from '../../../collectors/nats/brokers.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A local monitoring page whose health is what the variable says at the moment of the request. */
async function monitoring(health: { status: string }): Promise<string> {
  const pages: Readonly<Record<string, () => object>> = {
    '/varz': () => ({ server_name: 'n1', version: '2.9.10', now: '2026-01-05T08:00:00Z' }),
    '/jsz': () => ({ now: '2026-01-05T08:00:00Z', storage: 7, account_details: [] }),
    '/healthz': () => health,
  };
  const server = createServer((request, reply) => {
    const page = pages[new URL(request.url ?? '', 'http://local').pathname];
    reply.end(JSON.stringify(page?.() ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const patience = () => AbortSignal.timeout(5_000);

test('calls a server ailing only when its health check has failed three times', async () => {
  const health = { status: 'unavailable' };
  const url = await monitoring(health);
  const ask = brokerRounds(() => [{ instanceId: 'b1', url, replicaGroup: null }]);
  const seen: boolean[] = [];
  for (let round = 0; round < 3; round += 1) seen.push((await ask(patience())).brokers[0]!.healthy);
  health.status = 'ok';
  seen.push((await ask(patience())).brokers[0]!.healthy);
  expect(seen).toEqual([true, true, false, true]);
});

test('takes a refused connection for an absence at once, and silence only the second time', async () => {
  const url = await monitoring({ status: 'ok' });
  const impatient = brokerRounds(() => [{ instanceId: 'b1', url, replicaGroup: null }]);
  expect((await impatient(AbortSignal.abort())).brokers[0]!.online).toBe(true);
  expect((await impatient(AbortSignal.abort())).brokers[0]!.online).toBe(false);
  await new Promise((resolve) => servers.pop()!.close(resolve));
  const refused = brokerRounds(() => [{ instanceId: 'b1', url, replicaGroup: null }]);
  expect((await refused(patience())).brokers[0]!.online).toBe(false);
});

test('remembers the name of a server that has fallen silent', async () => {
  const url = await monitoring({ status: 'ok' });
  let address: string | null = url;
  const ask = brokerRounds(() => [{ instanceId: 'b1', url: address, replicaGroup: null }]);
  await ask(patience());
  address = null;
  const { brokers, silences } = await ask(patience());
  expect(brokers[0]).toMatchObject({ serverName: 'n1', online: false, view: null });
  expect(silences).toEqual(['b1: it has no address']);
});
