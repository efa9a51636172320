import { expect, test } from 'vitest';
import { decideVerdict } from '../../../agent/guard/decide.ts';
import { act, inputFor, noonMs, past, policyWith } from './fixture.ts';

/* What would have to differ for the answer to be auto, one cause at a time and together. */

const wouldBe = (given: Parameters<typeof inputFor>[0]) => decideVerdict(inputFor(given)).wouldBeAutoIf;
const rules = (text: string, limits = {}) => policyWith(limits, `replace:rules:\n${text}`);
const worker6 = { kind: 'instance', id: 'worker-6' } as const;

test('an open breaker wants a person to reset it, whether it is latched or counted', () => {
  const key = 'instance/worker-1' as const;
  expect(wouldBe({ facts: { openBreakers: new Map([[key, '2 failed of 2']]) } })).toEqual([
    'a person reset the breaker',
    '1 of oncall approved',
  ]);
  const failed = [1, 2].map((n) =>
    past({ decisionId: `D-${n + 900}` as never, outcome: 'failed', atMs: noonMs - 7_200_000 - n }),
  );
  expect(wouldBe({ plan: { cooldownMs: 0 }, facts: { history: failed } })).toEqual([
    'a person reset the breaker',
    '1 of oncall approved',
  ]);
  const two = policyWith({ breaker: '{ failed: 1, ineffective: 1, effect: deny }' });
  const actions = [act('instance.restart', 'worker-1'), act('instance.restart', 'worker-6')];
  const both = [
    past({ outcome: 'failed', atMs: noonMs - 7_200_000 }),
    past({ target: worker6, decisionId: 'D-901', outcome: 'failed', atMs: noonMs - 7_200_000 }),
  ];
  expect(wouldBe({ policy: two, actions, plan: { cooldownMs: 0 }, facts: { history: both } })).toEqual([
    'a person reset the breaker',
  ]);
});

test('a question is answered by those who may, or by anybody where nobody is there', () => {
  const asking = rules(
    '  - { id: k, effect: ask, actions: ["*"], why: careful, approval: { from: [oncall, platform], need: 2 } }',
  );
  expect(wouldBe({ policy: asking })).toEqual(['2 of oncall, platform approved']);
  expect(wouldBe({ policy: asking, facts: { someoneCanAnswer: false } })).toEqual(['a person approved']);
});

test('of modes only the lowest that is enough is named', () => {
  expect(wouldBe({ mode: 'propose' })).toEqual(['mode: guarded', '1 of oncall approved']);
  expect(wouldBe({ mode: 'guarded', actions: [act('instance.stop', 'worker-1')] })).toEqual([
    'mode: autonomous',
    '1 of oncall approved',
  ]);
  expect(wouldBe({ mode: 'observe' })).toEqual(['mode: guarded']);
  expect(
    wouldBe({
      mode: 'autonomous',
      policy: { ...policyWith(), mode: 'guarded' },
      actions: [act('instance.stop', 'worker-1')],
    }),
  ).toEqual(['mode: autonomous', '1 of oncall approved']);
});

test('a rule that does not match is offered with all its clauses that fail: auto before ask, fewer before more, by id', () => {
  const policy = rules(`
  - { id: z-two, effect: auto, actions: ["*"], when: 'target.role == "broker" && diagnosis.signals >= 9.0', why: t }
  - { id: b-one, effect: auto, actions: ["*"], when: 'diagnosis.signals >= 7.0', why: t }
  - { id: a-one, effect: auto, actions: ["*"], when: 'diagnosis.confidence >= 0.99', why: t }
  - { id: a-ask, effect: ask, actions: ["*"], when: 'diagnosis.signals >= 5.0', why: t }
  - { id: a-deny, effect: deny, actions: ["*"], when: 'diagnosis.signals >= 6.0', why: t }
`);
  expect(wouldBe({ policy })).toEqual([
    'diagnosis.confidence >= 0.99',
    'diagnosis.signals >= 7.0',
    'target.role == "broker" && diagnosis.signals >= 9.0',
  ]);
  const onlyAsk = rules('  - { id: a-ask, effect: ask, actions: ["*"], when: \'diagnosis.signals >= 5.0\', why: t }');
  expect(wouldBe({ policy: onlyAsk })).toEqual([]);
  const onlyDeny = rules(
    '  - { id: a-deny, effect: deny, actions: ["*"], when: \'diagnosis.signals >= 5.0\', why: t }',
  );
  expect(wouldBe({ policy: onlyDeny })).toEqual([]);
});

test('an earned rule wants a better record, on top of what there is', () => {
  const policy = rules(
    '  - { id: e, effect: auto, actions: ["*"], earned: { succeededMin: 5, lowerBound: 0.5 }, why: t }',
  );
  const [first, ...others] = wouldBe({ policy });
  expect(first).toMatch(/^the record of e were good enough \(.+\)$/);
  expect(others).toEqual(['1 of oncall approved']);
});

test('an error budget that nobody measures cannot be wished full, one that is low can', () => {
  const policy = policyWith({ errorBudget: '{ slo: s, under: "25%", effect: deny }' });
  const slo = { sloId: 's', value: 1, good: true, badMs: 0, budgetRatio: 0.1 };
  expect(wouldBe({ policy, facts: { slos: [slo] } })).toEqual(['at least 25 % of the error budget were left']);
  expect(wouldBe({ policy })).toEqual([]);
});

test('a denial that nothing here lifts makes every attempt futile', () => {
  expect(wouldBe({ actions: [act('instance.restart', 'nobody')], mode: 'propose' })).toEqual([]);
});
