import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatModel } from '../../adviser/chat-model.ts';
import type { ModelAnswer, ModelRequest } from '../../agent/ports.ts';
import { type Behaviour, type FakeOpenAi, startFakeOpenAi } from '../fixtures/openai/fake-openai.ts';

let server: FakeOpenAi;
beforeAll(async () => {
  server = await startFakeOpenAi();
});
afterAll(() => server.close());

const request: ModelRequest = {
  decisionId: 'D-1',
  system: 'Choose.',
  user: '{}',
  replySchema: { type: 'object' },
  timeoutMs: 30_000,
  maxCompletionTokens: 100,
};

function ask(behaviour: Behaviour, timeoutMs = request.timeoutMs): Promise<ModelAnswer> {
  server.behave(behaviour);
  const model = chatModel({ baseUrl: server.baseUrl, model: 'fake', apiKey: 'key-1' });
  return new Promise((resolve) => model.ask({ ...request, timeoutMs }, resolve));
}

test('hands over the text of a good reply with its tokens', async () => {
  const answer = await ask({ kind: 'reply', text: '{"plan":"P1"}' });
  expect(answer).toEqual({ ok: true, reply: '{"plan":"P1"}', model: 'fake', promptTokens: 321, completionTokens: 45 });
  expect(server.requests.at(-1)).toMatchObject({ authorization: 'Bearer key-1', body: { temperature: 0 } });
});

test.each([401, 429, 500])('tells of status %i and does not try again', async (status) => {
  const before = server.requests.length;
  expect(await ask({ kind: 'status', status })).toMatchObject({ ok: false, code: `HTTP_${status}` });
  expect(server.requests.length).toBe(before + 1);
});

test.each(['html', 'truncated', 'cut'] as const)('makes an answer with a code of a reply that is %s', async (kind) => {
  expect(await ask({ kind })).toMatchObject({ ok: false });
});

test.each(['stall', 'drip'] as const)(
  'gives up on a server that answers in a %s when its time is over',
  async (kind) => {
    expect(await ask({ kind }, 200)).toMatchObject({ ok: false, code: 'TIMEOUT' });
  },
);

test('reads no reply without end', async () => {
  expect(await ask({ kind: 'endless' })).toMatchObject({ ok: false, code: 'NO_ANSWER' });
});

test('follows no redirect to another server', async () => {
  const other = await startFakeOpenAi();
  const answer = await ask({ kind: 'redirect', to: `${other.baseUrl}/chat/completions` });
  await other.close();
  expect(answer).toMatchObject({ ok: false });
  expect(other.requests).toEqual([]);
});

test('makes a failure of a reply without text', async () => {
  expect(await ask({ kind: 'reply', text: '' })).toMatchObject({ ok: false });
});
