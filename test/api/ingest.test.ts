import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServedApi, serveApi } from './fixture.ts';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(() => api.close());

const observations = () => api.agent.observed.flatMap((batch) => batch.observations);

const alert = {
  status: 'firing',
  labels: { alertname: 'QueueStuck', queue: 'orders', severity: 'critical' },
  annotations: { summary: 'nothing moves' },
  startsAt: '2026-03-03T10:00:00.5Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: 'f1',
};
const webhook = {
  version: '4',
  groupKey: '{}:{alertname="QueueStuck"}',
  status: 'firing',
  receiver: 'h',
  alerts: [alert],
};

test('takes an alert as a sample and a line about the entity that its labels name', async () => {
  const response = await api.post('/v1/hooks/alertmanager', webhook);
  expect(await response.json()).toEqual({ accepted: 1, repeated: 0 });
  const observedAtMs = Date.UTC(2026, 2, 3, 10, 0, 0, 500);
  expect(observations()).toMatchObject([
    { kind: 'metric', name: 'alert.firing', value: 1, entity: { kind: 'queue', id: 'orders' }, observedAtMs },
    { kind: 'log', severity: 'error', text: 'alert QueueStuck firing: nothing moves' },
  ]);
});

test('takes a repeated notification once, and its end as news', async () => {
  await api.post('/v1/hooks/alertmanager', webhook);
  expect(await (await api.post('/v1/hooks/alertmanager', webhook)).json()).toEqual({ accepted: 0, repeated: 1 });
  expect(observations()).toHaveLength(2);
  const ended = { ...alert, status: 'resolved', endsAt: '2026-03-03T10:05:00Z' };
  await api.post('/v1/hooks/alertmanager', { ...webhook, status: 'resolved', alerts: [ended] });
  expect(observations().at(2)).toMatchObject({ value: 0, observedAtMs: Date.UTC(2026, 2, 3, 10, 5) });
});

test('tells the same alert of two groups apart', async () => {
  await api.post('/v1/hooks/alertmanager', webhook);
  const other = await api.post('/v1/hooks/alertmanager', { ...webhook, groupKey: 'other' });
  expect(await other.json()).toEqual({ accepted: 1, repeated: 0 });
});

test.each([{}, { ...webhook, version: '3' }, { ...webhook, alerts: [{ ...alert, startsAt: 'now' }] }])(
  'refuses a webhook that is not of version 4 %#',
  async (body) => {
    expect((await api.post('/v1/hooks/alertmanager', body)).status).toBe(422);
    expect(observations()).toEqual([]);
  },
);

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const instance = { attributes: [attribute('service.name', 'worker'), attribute('service.instance.id', 'worker-1')] };
const timeUnixNano = '1772532000500000000';
const atMs = Date.UTC(2026, 2, 3, 10, 0, 0, 500);

test('maps OTLP metrics to the names, units and entities of the product', async () => {
  const response = await api.post('/v1/otlp/v1/metrics', {
    resourceMetrics: [
      {
        resource: instance,
        scopeMetrics: [
          {
            metrics: [
              { name: 'container.memory.usage', unit: 'By', gauge: { dataPoints: [{ timeUnixNano, asInt: '123' }] } },
              {
                name: 'app.orders',
                unit: '{order}',
                sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ timeUnixNano, asDouble: 4.5 }] },
              },
              {
                name: 'queue.depth',
                gauge: {
                  dataPoints: [
                    { timeUnixNano, asInt: 7, attributes: [attribute('messaging.destination.name', 'orders')] },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
  expect(await response.json()).toEqual({});
  const entity = { kind: 'instance', id: 'worker-1' };
  const base = { kind: 'metric', source: 'otlp', observedAtMs: atMs };
  expect(observations()).toEqual([
    { ...base, entity, name: 'memory.usage', unit: 'By', type: 'gauge', value: 123 },
    { ...base, entity, name: 'app.orders', unit: '{order}', type: 'counter', value: 4.5 },
    {
      ...base,
      entity: { kind: 'queue', id: 'orders' },
      name: 'queue.depth',
      unit: '{message}',
      type: 'gauge',
      value: 7,
    },
  ]);
});

test('says how many points it did not take', async () => {
  const response = await api.post('/v1/otlp/v1/metrics', {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              { name: 'h', histogram: { dataPoints: [{}, {}] } },
              { name: 'n', gauge: { dataPoints: [{ timeUnixNano, asDouble: 'NaN' }] } },
            ],
          },
        ],
      },
    ],
  });
  expect(await response.json()).toMatchObject({ partialSuccess: { rejectedDataPoints: '3' } });
  expect(observations()).toEqual([]);
});

test('maps OTLP logs and spans', async () => {
  await api.post('/v1/otlp/v1/logs', {
    resourceLogs: [
      {
        resource: instance,
        scopeLogs: [
          {
            logRecords: [
              { timeUnixNano, severityNumber: 17, body: { stringValue: 'boom' } },
              { observedTimeUnixNano: timeUnixNano },
            ],
          },
        ],
      },
    ],
  });
  await api.post('/v1/otlp/v1/traces', {
    resourceSpans: [
      {
        resource: instance,
        scopeSpans: [
          {
            spans: [
              {
                name: 'GET /',
                startTimeUnixNano: '1772532000250000000',
                endTimeUnixNano: timeUnixNano,
                status: { code: 2 },
                attributes: [attribute('peer.service', 'orders')],
              },
            ],
          },
        ],
      },
    ],
  });
  const entity = { kind: 'instance', id: 'worker-1' };
  expect(observations()).toEqual([
    { kind: 'log', source: 'otlp', observedAtMs: atMs, entity, severity: 'error', text: 'boom' },
    { kind: 'log', source: 'otlp', observedAtMs: atMs, entity, severity: 'unknown', text: '' },
    {
      kind: 'span',
      source: 'otlp',
      observedAtMs: atMs,
      entity,
      name: 'GET /',
      durationMs: 250,
      failed: true,
      calls: { kind: 'workload', id: 'orders' },
    },
  ]);
});

test('refuses protobuf, naming what to send instead', async () => {
  const response = await api.post('/v1/otlp/v1/metrics', {}, { 'content-type': 'application/x-protobuf' });
  expect(response.status).toBe(415);
});
