import { afterEach, beforeEach, expect, test } from 'vitest';
import { doneRecords, outcome } from '../agent/views/records.ts';
import { type ServedApi, serveApi } from './fixture.ts';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(() => api.close());

const json = async (path: string) => (await api.get(path)).json();

test('answers health and readiness from this machine without a token', async () => {
  expect(await json('/healthz')).toMatchObject({ status: 'ok' });
  expect((await api.get('/readyz')).status).toBe(200);
});

test('is not ready, with the reason, while the agent has not seen its cluster', async () => {
  api.agent.setStatus({ ready: false, notReadyWhy: 'docker has not answered yet' });
  const response = await api.get('/readyz');
  expect(response.status).toBe(503);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({ code: 'NOT_READY', detail: 'docker has not answered yet' });
});

test('lists incidents with their leading cause', async () => {
  expect(await json('/v1/incidents')).toMatchObject({
    incidents: [{ id: 'INC-0001', cause: { kind: 'instance-crash', entity: 'worker-3', confidence: 0.93 } }],
  });
  expect(await json('/v1/incidents?state=resolved')).toEqual({ incidents: [] });
});

test('refuses a state of incidents that does not exist', async () => {
  expect((await api.get('/v1/incidents?state=opn')).status).toBe(422);
});

test('shows one incident with a timeline in the order of time', async () => {
  api.agent.append(...doneRecords);
  const { timeline } = (await json('/v1/incidents/INC-0001')) as { timeline: { atMs: number; text: string }[] };
  expect(timeline.map((entry) => entry.atMs)).toEqual(timeline.map((entry) => entry.atMs).toSorted((a, b) => a - b));
  expect(timeline.at(-1)?.text).toBe('resolved');
  expect(timeline.map((entry) => entry.text)).toContain('D-1 approve by token:local');
});

test('shows one decision with what was said beside what was measured', async () => {
  api.agent.append(...doneRecords);
  expect(await json('/v1/decisions/D-1')).toMatchObject({ id: 'D-1', state: 'succeeded', said: outcome.saidWas });
});

test.each(['/v1/incidents/INC-9999', '/v1/decisions/D-99', '/v1/decisions/__proto__', '/v1/nothing'])(
  'does not find %s',
  async (path) => {
    const response = await api.get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, hint: expect.any(String) });
  },
);

test('lists what waits for people until it is answered', async () => {
  expect(await json('/v1/approvals')).toMatchObject({
    approvals: [{ id: 'D-1', planHash: '9c1e44aa', does: ['instance.restart worker-3'], leftMs: 545_000 }],
  });
  api.agent.append(...doneRecords);
  expect(await json('/v1/approvals')).toEqual({ approvals: [] });
});

test('serves inventory, impact, forecasts and the overview', async () => {
  expect(await json('/v1/inventory')).toMatchObject({ clusterId: 'lab', version: 7 });
  expect(await json('/v1/impact?entity=node-1')).toMatchObject({ instances: ['broker-1', 'broker-2', 'worker-1'] });
  expect(await json('/v1/forecasts?entity=worker-4')).toMatchObject({ forecasts: [{ metric: 'memory.usage' }] });
  expect(await json('/v1/forecasts?entity=worker-1')).toMatchObject({ forecasts: [] });
  expect(await json('/v1/status')).toMatchObject({ status: { mode: 'guarded' }, needsYou: [{ id: 'D-1' }] });
});

test('asks for the kind where an id names several entities', async () => {
  const response = await api.get('/v1/impact?entity=orders');
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ detail: 'orders may mean replica-group/orders or queue/orders' });
  expect((await api.get('/v1/impact?entity=queue/orders')).status).toBe(200);
});

test('has no inventory to show before the first picture of the cluster', async () => {
  api.agent.setInventory(null);
  expect((await api.get('/v1/inventory')).status).toBe(503);
});

test('describes every path in its OpenAPI document', async () => {
  const document = (await json('/openapi.json')) as { openapi: string; paths: Record<string, object> };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/v1/approvals/{id}/answer',
      '/v1/otlp/v1/metrics',
      '/v1/hooks/alertmanager',
      '/v1/events',
    ]),
  );
  const answer = JSON.stringify(document.paths['/v1/approvals/{id}/answer']);
  expect(answer).toContain('"Idempotency-Key"');
  expect(answer).toContain('"planHash"');
});

test('escapes what telemetry smuggled into names', async () => {
  const title = 'gone\u001b[2J\u202eevil';
  const [, , incident] = [...api.agent.rows(1)].map((row) => row.record);
  api.agent.append({ ...(incident as Extract<typeof incident, { type: 'incident' }>), title });
  expect(await json('/v1/incidents/INC-0001')).toMatchObject({ incident: { title: 'gone\\u{1b}[2J\\u{202e}evil' } });
});
