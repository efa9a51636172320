import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { alertmanagerNotifier, webhookNotifier } from '../../../actuators/page/http-notifiers.ts';
import { pageActuator } from '../../../actuators/page/page-actuator.ts';
import type { ActionAnswer, ActionCall, Actuator } from '../../../agent/ports.ts';

let server: Server | null = null;
afterEach(() => server?.close());

/** A receiver that answers with one status and keeps what it was sent. */
async function receiver(status: number) {
  const got: { url: string | undefined; body: unknown }[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    got.push({ url: request.url, body: JSON.parse(text) });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

const call: ActionCall = {
  actionId: 'D-7.1',
  spec: {
    name: 'person.page',
    target: { kind: 'cluster', id: 'c' },
    params: { severity: 2, summary: 'quorum at risk' },
  },
  epoch: 1,
  generation: null,
  timeoutMs: 10_000,
};

function apply(actuator: Actuator): Promise<ActionAnswer> {
  return new Promise((resolve) => actuator.apply(call, resolve));
}

test('reaches a webhook with the summary and the decision', async () => {
  const { url, got } = await receiver(200);
  expect(await apply(pageActuator([webhookNotifier(url)]))).toMatchObject({ status: 'ok' });
  expect(got[0]!.body).toMatchObject({ title: 'quorum at risk', decisionId: 'D-7', severity: 2 });
});

test('reaches Alertmanager as one alert that ends by itself', async () => {
  const { url, got } = await receiver(200);
  expect(await apply(pageActuator([alertmanagerNotifier(url, { nowMs: () => 0 })]))).toMatchObject({ status: 'ok' });
  expect(got).toMatchObject([
    {
      url: '/api/v2/alerts',
      body: [
        { labels: { severity: 'critical' }, startsAt: '1970-01-01T00:00:00.000Z', endsAt: '1970-01-01T00:15:00.000Z' },
      ],
    },
  ]);
});

test('is refused when nobody was reached, and delivered when one of two was', async () => {
  const { url } = await receiver(500);
  expect(await apply(pageActuator([webhookNotifier(url)]))).toMatchObject({ status: 'refused' });
  const heard = {
    name: 'radio',
    notify: (_note: unknown, done: (ok: boolean, detail: string) => void) => done(true, 'heard'),
  };
  expect(await apply(pageActuator([webhookNotifier(url), heard]))).toMatchObject({ status: 'ok' });
});

test('can do nothing without a notifier', () => {
  expect(pageActuator([]).actions.size).toBe(0);
});
