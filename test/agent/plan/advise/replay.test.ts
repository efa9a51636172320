import { expect, test } from 'vitest';
import { replayAdvice } from '../../../../agent/plan/advise/replay.ts';
import type { Advice } from '../../../../model/record.ts';

const plan = {
  id: 'P1',
  playbook: 'restart',
  actions: [],
  target: 'X1',
  risk: 'low',
  healthyInstancesTaken: 0,
  capacityRatio: 0,
};
const user = JSON.stringify({
  severity: 3,
  causes: [],
  evidence: [],
  plans: [plan, { ...plan, id: 'P2', playbook: 'scale' }],
});

const advice = (result: Advice['result'], reply: string | null): Advice => ({
  type: 'advice',
  decisionId: 'D-1',
  incidentId: 'INC-0001',
  atMs: 0,
  result,
  why: '',
  model: 'fake',
  promptTokens: 1,
  completionTokens: 1,
  transcript: { request: JSON.stringify({ system: '', user, reply: {} }), reply },
});

test('finds the same result for the same reply', () => {
  const reply = '{"plan":"P2","causes":[],"explanation":"E1"}';
  expect(replayAdvice(advice('used', reply))).toMatchObject({ now: 'used', same: true });
  expect(replayAdvice(advice('late', reply))).toMatchObject({ now: 'late', same: true });
});

test('says where a recorded reply would be taken otherwise today', () => {
  expect(replayAdvice(advice('used', '{"plan":"P9"}'))).toMatchObject({
    recorded: 'used',
    now: 'invalid',
    same: false,
  });
});

test('has nothing to weigh without a reply', () => {
  expect(replayAdvice(advice('failed', null))).toBeNull();
});
