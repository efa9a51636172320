import { expect, test } from 'vitest';
import { type CallFlow, type NodeRecord, rankSuspects } from '../../../../agent/analyze/rootcause/call-flow.ts';

/** Forty usual rows that wobble a little around `level`. */
const usual = (level: number, calls: number): NodeRecord => ({
  value: Array.from({ length: 40 }, (_, i) => level * (1 + 0.01 * Math.sin(i))),
  calls: Array.from({ length: 40 }, () => calls),
});
const now = (level: number, calls: number): NodeRecord => ({
  value: Array(5).fill(level),
  calls: Array(5).fill(calls),
});

/** front calls search and pay; search calls table. */
function shop(levels: { front: number; search: number; pay: number; table: number }): CallFlow {
  return {
    calls: new Map([
      ['front', ['search', 'pay']],
      ['search', ['table']],
    ]),
    usual: new Map([
      ['front', usual(0.1, 500)],
      ['search', usual(0.02, 800)],
      ['pay', usual(0.2, 100)],
      ['table', usual(0.01, 800)],
    ]),
    now: new Map([
      ['front', now(levels.front, 500)],
      ['search', now(levels.search, 800)],
      ['pay', now(levels.pay, 100)],
      ['table', now(levels.table, 800)],
    ]),
    alerting: 'front',
    worse: 'higher',
  };
}
const names = (flow: CallFlow) => rankSuspects(flow).map((suspect) => suspect.node);

test('the deepest callee that explains the harm is blamed, not the callers that pass it on', () => {
  expect(names(shop({ front: 0.42, search: 0.22, pay: 0.2, table: 0.21 }))).toEqual(['table']);
});

test('a node whose callees are well is blamed itself', () => {
  expect(names(shop({ front: 0.18, search: 0.02, pay: 0.6, table: 0.01 }))[0]).toBe('pay');
});

test('a node that the alerting one does not call, directly or not, is never blamed', () => {
  const flow = shop({ front: 0.1, search: 0.02, pay: 0.2, table: 0.9 });
  expect(names({ ...flow, alerting: 'pay' })).toEqual([]);
});

test('nobody is blamed when everything is as usual', () => {
  expect(rankSuspects(shop({ front: 0.1, search: 0.02, pay: 0.2, table: 0.01 }))).toEqual([]);
});

test('falling availability counts as harm only when lower is worse', () => {
  const failing: CallFlow = {
    calls: new Map([['front', ['pay']]]),
    usual: new Map([
      ['front', usual(100, 500)],
      ['pay', usual(100, 100)],
    ]),
    now: new Map([
      ['front', now(94, 500)],
      ['pay', now(70, 100)],
    ]),
    alerting: 'front',
    worse: 'lower',
  };
  expect(names(failing)).toEqual(['pay']);
  expect(names({ ...failing, worse: 'higher' })).toEqual([]);
});

test('missing values, cycles, unknown nodes and short histories end in silence', () => {
  const gaps: NodeRecord = { value: Array(40).fill(Number.NaN), calls: [] };
  const flow: CallFlow = {
    calls: new Map([
      ['a', ['b', 'a', 'ghost']],
      ['b', ['a']],
    ]),
    usual: new Map([
      ['a', gaps],
      ['b', { value: [1, 1], calls: [1, 1] }],
    ]),
    now: new Map([
      ['a', now(9, 9)],
      ['b', now(9, 9)],
    ]),
    alerting: 'a',
    worse: 'higher',
  };
  expect(rankSuspects(flow)).toEqual([]);
  expect(rankSuspects({ ...flow, now: new Map(), alerting: 'nobody' })).toEqual([]);
});
