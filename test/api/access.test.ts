import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLoopback } from '../../api/access.ts';
import type { Token } from '../../api/tokens.ts';
import { type ServedApi, serveApi } from './fixture.ts';

const token = (id: string, ...scopes: Token['scopes']): Token => ({
  id,
  scopes,
  secret: `${id}-secret-0123456789abcdef`,
});
const tokens = [
  token('all', 'read', 'answer', 'admin', 'ingest'),
  token('reader', 'read'),
  token('pusher', 'ingest'),
  token('oncall', 'answer'),
];

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi({ tokens });
});
afterEach(() => api.close());

const as = (id: string) => ({ authorization: `Bearer ${tokens.find((item) => item.id === id)!.secret}` });
const pause = { why: 'database move' };

/** fetch refuses to send a Host header of one's own, so this speaks HTTP itself. */
function rawStatus(method: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${api.url}/v1/${method === 'GET' ? 'incidents' : 'pause'}`,
      { method, headers },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    );
    sent.on('error', reject);
    sent.end(method === 'GET' ? '' : JSON.stringify(pause));
  });
}

test('takes no command without a token, not even from this machine', async () => {
  const response = await api.post('/v1/pause', pause, { authorization: '' });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('Bearer');
  expect(await response.json()).toMatchObject({ code: 'TOKEN_MISSING', hint: expect.any(String) });
  expect(api.agent.submitted).toEqual([]);
});

test('refuses a token that nobody has, also for reads', async () => {
  expect((await api.get('/v1/incidents', { authorization: 'Bearer guess' })).status).toBe(401);
  expect((await api.post('/v1/pause', pause, { authorization: 'Bearer guess' })).status).toBe(401);
});

test.each([
  ['reader', '/v1/pause', pause, 403],
  ['reader', '/v1/approvals/D-1/answer', { answer: 'approve', planHash: 'x' }, 403],
  ['reader', '/v1/hooks/alertmanager', {}, 403],
  ['oncall', '/v1/pause', pause, 403],
  ['oncall', '/v1/incidents/INC-0001/own', {}, 200],
  ['pusher', '/v1/pause', pause, 403],
  ['pusher', '/v1/otlp/v1/logs', {}, 200],
  ['all', '/v1/pause', pause, 200],
])('with the scope of %s, POST %s is answered %#', async (id, path, body, status) => {
  const response = await api.post(path, body, { ...as(id), 'idempotency-key': 'k1' });
  expect(response.status).toBe(status);
});

test('lets a token that may only push telemetry read nothing', async () => {
  expect((await api.get('/v1/incidents', as('pusher'))).status).toBe(403);
  expect((await api.get('/v1/incidents', as('oncall'))).status).toBe(200);
});

test('names the person after the token, whatever the client says of itself', async () => {
  await api.post('/v1/pause', pause, { ...as('all'), 'homeostat-face': 'cli' });
  await api.post('/v1/pause', pause, { ...as('all'), 'homeostat-face': 'slack' });
  expect(api.agent.submitted.map((request) => request.person)).toEqual([
    { id: 'token:all', via: 'cli' },
    { id: 'token:all', via: 'api' },
  ]);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', ''])('takes no command as %s', async (type) => {
  const response = await api.post('/v1/pause', pause, { ...as('all'), 'content-type': type });
  expect(response.status).toBe(415);
});

test('refuses a page of another origin and of no origin', async () => {
  for (const origin of ['https://evil.example', 'null']) {
    const response = await api.post('/v1/pause', pause, { ...as('all'), origin });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
  }
  expect((await api.post('/v1/pause', pause, { ...as('all'), origin: api.url })).status).toBe(200);
});

test('refuses a Host that was rebound to this machine, for commands and for reads without a token', async () => {
  const json = { 'content-type': 'application/json', ...as('all') };
  expect(await rawStatus('POST', { ...json, host: 'evil.example' })).toBe(403);
  expect(await rawStatus('GET', { host: 'evil.example' })).toBe(403);
  expect(await rawStatus('GET', { host: 'localhost:7070' })).toBe(200);
});

test('is reached under the names that the configuration lists', async () => {
  const named = await serveApi({ tokens, api: '{ port: 0, hosts: [homeostat.internal] }' });
  const first = api;
  api = named;
  expect(await rawStatus('GET', { host: 'homeostat.internal:7070' })).toBe(200);
  await named.close();
  api = first;
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['128.0.0.1', false],
  [undefined, false],
])('knows whether %s is this machine', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

test('refuses what is larger than a command can be, with and without a stated length', async () => {
  const large = { why: 'x'.repeat(100_000) };
  expect((await api.post('/v1/pause', large, as('all'))).status).toBe(413);
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(JSON.stringify(large)));
      controller.close();
    },
  });
  const headers = { 'content-type': 'application/json', ...as('all') };
  const streamed = await fetch(`${api.url}/v1/pause`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  expect(streamed.status).toBe(413);
});

test('tells every mistake of a body at once', async () => {
  const response = await api.post('/v1/hold', { entity: 'worker-3', for: '2', whi: 'x' }, as('all'));
  expect(response.status).toBe(422);
  const { errors } = (await response.json()) as { errors: { where: string }[] };
  expect(errors.map((error) => error.where).toSorted()).toEqual(['entity', 'for', 'the document', 'why']);
});

test('refuses a body that is not JSON', async () => {
  const headers = { 'content-type': 'application/json', ...as('all') };
  const response = await fetch(`${api.url}/v1/pause`, { method: 'POST', body: '{why', headers });
  expect(response.status).toBe(400);
});
