import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServedApi, serveApi } from './fixture.ts';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(() => api.close());

const approve = { answer: 'approve', planHash: '9c1e44aa', reason: 'go' };
const answer = (body: object, key: string | null, id = 'D-1') =>
  api.post(`/v1/approvals/${id}/answer`, body, key === null ? {} : { 'idempotency-key': key });

test('hands an answer to the agent with the plan that it is for', async () => {
  const response = await answer(approve, 'k1');
  expect(response.status).toBe(200);
  expect(api.agent.submitted).toMatchObject([
    {
      person: { id: 'token:local', via: 'api' },
      command: { type: 'answer', decisionId: 'D-1', answer: 'approve', planHash: '9c1e44aa', reason: 'go' },
    },
  ]);
});

test('needs an idempotency key and a plan hash to answer', async () => {
  expect(await (await answer(approve, null)).json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISSING', status: 422 });
  expect((await answer({ answer: 'approve' }, 'k1')).status).toBe(422);
  expect(api.agent.submitted).toEqual([]);
});

test('the same key reaches the agent as the same key, and another caller cannot meet it', async () => {
  await answer(approve, 'k1');
  await answer(approve, 'k1');
  const keys = api.agent.submitted.map((request) => request.idempotencyKey);
  expect(keys).toEqual(['token:local k1', 'token:local k1']);
});

test('refuses a key that was sent with another command', async () => {
  await answer(approve, 'k1');
  const response = await answer({ ...approve, answer: 'deny' }, 'k1');
  expect(await response.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(api.agent.submitted).toHaveLength(1);
});

test('does not find a question that was never asked', async () => {
  expect((await answer(approve, 'k1', 'D-2')).status).toBe(404);
});

test.each([
  ['APPROVAL_HASH_MISMATCH', 409],
  ['APPROVAL_EXPIRED', 409],
  ['APPROVAL_NOT_ALLOWED', 403],
  ['COMMAND_NOT_ALLOWED', 403],
  ['ENTITY_UNKNOWN', 404],
  ['AGENT_STANDBY', 503],
])('passes the refusal %s on as %i, with its reason', async (code, status) => {
  api.agent.answerWith({ ok: false, code, message: 'no', hint: 'look again' });
  const response = await answer(approve, 'k1');
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code, detail: 'no', hint: 'look again' });
});

test.each([
  ['/v1/pause', { why: 'w' }, { type: 'pause', why: 'w', now: false }],
  ['/v1/pause', { why: 'w', now: true }, { type: 'pause', why: 'w', now: true }],
  ['/v1/resume', { why: 'w' }, { type: 'resume', why: 'w' }],
  [
    '/v1/hold',
    { entity: 'instance/worker-3', for: '2h', why: 'w' },
    { type: 'hold', entity: { kind: 'instance', id: 'worker-3' }, forMs: 7_200_000, why: 'w' },
  ],
  [
    '/v1/release',
    { entity: { kind: 'queue', id: 'a/b' }, why: 'w' },
    { type: 'release', entity: { kind: 'queue', id: 'a/b' }, why: 'w' },
  ],
  [
    '/v1/incidents/INC-0001/silence',
    { for: '30m', why: 'w' },
    { type: 'silence', incidentId: 'INC-0001', forMs: 1_800_000, why: 'w' },
  ],
  ['/v1/incidents/INC-0001/own', {}, { type: 'own', incidentId: 'INC-0001' }],
  ['/v1/approvals/D-1/revoke', {}, { type: 'revoke', decisionId: 'D-1', reason: null }],
  ['/v1/decisions/D-1/stop-after-step', { why: 'w' }, { type: 'stop-after-step', decisionId: 'D-1', why: 'w' }],
  [
    '/v1/breakers/reset',
    { entity: 'node/node-1', why: 'w' },
    { type: 'reset-breaker', entity: { kind: 'node', id: 'node-1' }, why: 'w' },
  ],
  [
    '/v1/records/reset',
    { rule: 'restart-worker', why: 'w' },
    { type: 'reset-record', rule: 'restart-worker', why: 'w' },
  ],
])('POST %s becomes the command %#', async (path, body, command) => {
  expect((await api.post(path, body)).status).toBe(200);
  expect(api.agent.submitted.map((request) => request.command)).toEqual([command]);
});

test.each([
  ['/v1/pause', { why: '' }],
  ['/v1/hold', { entity: 'instance/worker-3', for: '31d', why: 'w' }],
  ['/v1/hold', { entity: 'instance/worker-3', for: '0s', why: 'w' }],
  ['/v1/hold', { entity: 'instance/', for: '1h', why: 'w' }],
])('refuses POST %s with %j', async (path, body) => {
  expect((await api.post(path, body)).status).toBe(422);
  expect(api.agent.submitted).toEqual([]);
});
