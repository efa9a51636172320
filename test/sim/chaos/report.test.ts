import { expect, test } from 'vitest';
import { mitigatedText, rehearsalsText } from '../../../sim/chaos/report.ts';

const nothing = {
  plans: 0,
  rehearsed: 0,
  claims: 0,
  covered: 0,
  claimsAtStake: 0,
  coveredAtStake: 0,
  widthMs: 0,
  intervalScoreMs: 0,
};

test('a mean over some of the faults never reads as if all were mitigated', () => {
  expect(mitigatedText({ mitigated: true, mitigateMs: 660_000 })).toBe('after 11 min');
  expect(mitigatedText({ mitigated: false, mitigateMs: 660_000 })).toBe('not all; those that were, after 11 min');
  expect(mitigatedText({ mitigated: false, mitigateMs: null })).toBe('no');
  expect(mitigatedText({ mitigated: null, mitigateMs: null })).toBe('-');
});

test('the twin is told of as far as there is anything to tell', () => {
  expect(rehearsalsText(nothing)).toBe('twin: there was no plan to rehearse');
  expect(rehearsalsText({ ...nothing, plans: 2, rehearsed: 1 })).toBe(
    'twin: 1 of 2 plans rehearsed; none of what it said can be held against what was lost',
  );
  const quiet = { ...nothing, plans: 2, rehearsed: 2, claims: 4, covered: 3 };
  expect(rehearsalsText(quiet)).toBe(
    'twin: 2 of 2 plans rehearsed; 80% intervals held what was lost in 3 of 4 (75%), and nothing was ever at stake',
  );
  expect(
    rehearsalsText({ ...quiet, claimsAtStake: 2, coveredAtStake: 1, widthMs: 8_000, intervalScoreMs: 20_000 }),
  ).toBe(
    'twin: 2 of 2 plans rehearsed; 80% intervals held what was lost in 3 of 4 (75%), where anything was at stake 1 of 2 (50%), there 4 s wide with an interval score of 10 s (mean; less is better)',
  );
});
