import { EventSourceParserStream } from 'eventsource-parser/stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doneRecords, outcome } from '../agent/views/records.ts';
import { type ServedApi, serveApi } from './fixture.ts';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(() => api.close());

interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: { type: string; id: string; subject?: string; source: string; specversion: string; data: unknown };
}

/** Opens a stream and returns a function that waits for the next `count` events. */
async function open(path = '/v1/events', headers: Record<string, string> = {}) {
  const response = await api.get(path, headers);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  return {
    async take(count: number): Promise<Received[]> {
      const taken: Received[] = [];
      while (taken.length < count) {
        const { value } = await events.read();
        if (value === undefined) break;
        taken.push({ id: value.id!, event: value.event!, data: JSON.parse(value.data) });
      }
      return taken;
    },
    ended: async () => (await events.read()).done,
    close: () => events.cancel(),
  };
}

test('sends what comes from now on, each row as a CloudEvent', async () => {
  const stream = await open();
  api.agent.append(...doneRecords);
  const received = await stream.take(doneRecords.length);
  expect(received.map((event) => event.id)).toEqual(['8', '9', '10', '11', '12']);
  expect(received[3]).toMatchObject({
    event: 'homeostat.outcome',
    data: {
      specversion: '1.0',
      id: '11',
      source: 'homeostat/lab',
      type: 'homeostat.outcome',
      subject: 'D-1',
      data: outcome,
    },
  });
  await stream.close();
});

test('resumes after the last event that a client saw, losing and repeating nothing', async () => {
  const first = await open('/v1/events?from=1');
  const seen = await first.take(3);
  await first.close();
  api.agent.append(...doneRecords);
  const second = await open('/v1/events', { 'last-event-id': seen.at(-1)!.id });
  const rest = await second.take(9);
  expect([...seen, ...rest].map((event) => Number(event.id))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  await second.close();
});

test('serves more rows than it reads at once', async () => {
  for (let count = 0; count < 600; count++) api.agent.append(outcome);
  const stream = await open('/v1/events', { 'last-event-id': '0' });
  expect((await stream.take(607)).at(-1)?.id).toBe('607');
  await stream.close();
});

test('refuses an event id that is no number', async () => {
  expect((await api.get('/v1/events', { 'last-event-id': 'x' })).status).toBe(422);
});

test('ends every stream when the API closes', async () => {
  const stream = await open();
  const ended = stream.ended();
  const served = api;
  await served.close();
  expect(await ended).toBe(true);
  api = await serveApi();
});
