import { expect, test } from 'vitest';
import { blameServices, type Period } from '../../../../agent/analyze/rootcause/trace-blame.ts';

interface Shape {
  readonly lostUs?: number;
  readonly stockSays?: readonly string[];
  readonly shopSays?: readonly string[];
}

/** Twelve traces: gate calls shop, shop calls stock; the last two log in their spans. */
function minute({ lostUs = 3000, stockSays = ['asked', 'found'], shopSays = ['ordered', 'done'] }: Shape): Period {
  const spans = [];
  const logs = [];
  for (let i = 0; i < 12; i++) {
    const [gate, shop, stock] = [`${i}g`, `${i}s`, `${i}k`];
    spans.push({ id: gate, parent: '', service: 'gate', operation: '/', durationUs: 56_000 + lostUs });
    spans.push({ id: shop, parent: gate, service: 'shop', operation: 'order', durationUs: 53_000 + lostUs });
    spans.push({ id: stock, parent: shop, service: 'stock', operation: 'look', durationUs: 50_000 });
    const said = [...shopSays.map((kind) => ['shop', shop, kind]), ...stockSays.map((kind) => ['stock', stock, kind])];
    for (const [j, [service, span, kind]] of said.entries()) {
      logs.push({ service: service!, trace: `${i}`, span: span!, kind: kind!, atUs: j });
    }
  }
  return { spans, logs };
}
const quiet = new Map([['shop', { before: [2, 3, 2], now: [3] }]]);
const first = (now: Period, cpu = quiet) => blameServices(minute({}), now, cpu)[0]?.service;

test('two equal minutes blame nobody', () => {
  expect(blameServices(minute({}), minute({}), quiet)).toEqual([]);
});

test('time lost on an edge is held against the service that was called', () => {
  expect(first(minute({ lostUs: 2_000_000 }))).toBe('stock');
});

test('a service that says something new after the same event is blamed', () => {
  expect(first(minute({ stockSays: ['asked', 'ERROR nothing there'] }))).toBe('stock');
});

test('a service that stops halfway is blamed though it says nothing new', () => {
  expect(first(minute({ shopSays: ['ordered'] }))).toBe('shop');
});

test('a caller that only reacts to what its callee does is explained away', () => {
  const broken = minute({ stockSays: ['asked', 'ERROR nothing there'], shopSays: ['ordered', 'ERROR no stock'] });
  expect(first(broken)).toBe('stock');
});

test('a service whose processor is taken is blamed', () => {
  expect(first(minute({}), new Map([['shop', { before: [2, 3, 2], now: [99] }]]))).toBe('shop');
});

test('empty periods blame nobody', () => {
  const nothing: Period = { spans: [], logs: [] };
  expect(blameServices(nothing, nothing, new Map())).toEqual([]);
  expect(blameServices(nothing, minute({}), new Map([['shop', { before: [], now: [] }]]))).toEqual([]);
});
