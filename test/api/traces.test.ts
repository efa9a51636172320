import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportTraces, traceIdOf } from '../../api/traces.ts';
import { approval, askedRecords, doneRecords, incident, startMs } from '../agent/views/records.ts';
import { fakeAgent } from './fixture.ts';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly attributes: { key: string; value: { stringValue?: string } }[];
}

let receiver: Server;
let endpoint: string;
let spans: SentSpan[];
beforeEach(async () => {
  spans = [];
  receiver = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(() => receiver.close());

test('sends one trace for a decision that ended, each phase with its own times', async () => {
  const agent = fakeAgent();
  const traces = exportTraces(endpoint, 'lab', agent);
  agent.onRow(traces.see);
  agent.append(...doneRecords);
  await traces.close();
  const root = spans.find((span) => span.name === 'decision D-1')!;
  const parts = spans.filter((span) => span !== root);
  expect(parts.map((span) => span.name)).toEqual([
    'observe',
    'diagnose',
    'plan',
    'verdict',
    'approve',
    'act',
    'verify',
  ]);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceIdOf('lab', 'D-1')]));
  expect(new Set(parts.map((span) => span.parentSpanId))).toEqual(new Set([root.spanId]));
  expect(Number(root.startTimeUnixNano) / 1e6).toBe(startMs - 2_000);
  const attributes = Object.fromEntries(root.attributes.map(({ key, value }) => [key, value.stringValue]));
  expect(attributes).toMatchObject({
    'homeostat.decision.id': 'D-1',
    'homeostat.plan.hash': '9c1e44aa',
    'homeostat.policy.rule': 'worker-ask',
  });
});

test('sends a decision that a person denied, once, and one that still waits not at all', async () => {
  const agent = fakeAgent(askedRecords);
  const traces = exportTraces(endpoint, 'lab', agent);
  agent.onRow(traces.see);
  agent.append(approval);
  agent.append({ ...approval, state: 'rejected' });
  agent.append({ ...incident, state: 'resolved', resolvedAtMs: startMs + 90_000 });
  await traces.close();
  expect(spans.filter((span) => span.name === 'decision D-1')).toHaveLength(1);
  expect(spans.map((span) => span.name)).not.toContain('act');
});

test('a receiver that is away costs traces and nothing else', async () => {
  const agent = fakeAgent();
  const traces = exportTraces('http://127.0.0.1:9', 'lab', agent, 50);
  agent.onRow(traces.see);
  agent.append(...doneRecords);
  await traces.close();
  expect(spans).toEqual([]);
});
