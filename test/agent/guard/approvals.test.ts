import { expect, test } from 'vitest';
import {
  answerApproval,
  expireApproval,
  requestApproval,
  revokeApproval,
  supersedeApproval,
  withdrawApproval,
} from '../../../agent/guard/approvals.ts';
import { decideVerdict } from '../../../agent/guard/decide.ts';
import type { Approval, Person } from '../../../model/approval.ts';
import { inputFor, noonMs, policyWith } from './fixture.ts';

const policy = policyWith(
  {},
  'replace:rules:\n  - { id: k, effect: ask, actions: ["*"], why: t, approval: { from: [oncall, platform], need: 2, oneFromEach: true, expires: 5m } }',
);
const asker: Person = { id: 'unix:ivo', via: 'cli' };
const maria: Person = { id: 'unix:maria', via: 'cli' };
const lena: Person = { id: 'unix:lena', via: 'api' };

function question(requestedBy: Person | null = null): Approval {
  const input = inputFor({ policy });
  return requestApproval(input.plan, decideVerdict(input), noonMs, requestedBy);
}

type Given = Partial<Parameters<typeof answerApproval>[1]>;

function answer(approval: Approval, person: Person, more: Given = {}, nowMs = noonMs + 1_000) {
  return answerApproval(
    approval,
    { person, answer: 'approve', planHash: 'hash-1', reason: null, ...more },
    policy,
    nowMs,
  );
}

test('a question carries the plan, the need and its end', () => {
  expect(question()).toMatchObject({
    id: 'D-1',
    planHash: 'hash-1',
    state: 'requested',
    expiresAtMs: noonMs + 300_000,
    need: { from: ['oncall', 'platform'], need: 2, oneFromEach: true },
  });
});

test('two people of the two groups approve', () => {
  const first = answer(question(), maria);
  expect(first).toMatchObject({ accepted: true, approval: { state: 'requested' } });
  const second = answer(first.approval, lena);
  expect(second).toMatchObject({ accepted: true, approval: { state: 'approved' } });
  expect(second.approval.answers.map((given) => given.groups)).toEqual([['oncall'], ['platform']]);
});

test('two people of one group do not fill a need of one from each', () => {
  const first = answer(question(), maria);
  expect(answer(first.approval, asker).approval.state).toBe('requested');
});

test('one denial ends it', () => {
  const denied = answer(question(), maria, { answer: 'deny', reason: 'deploy first' });
  expect(denied).toMatchObject({
    accepted: true,
    approval: { state: 'rejected', why: 'rejected by unix:maria: deploy first' },
  });
  expect(answer(denied.approval, lena).code).toBe('APPROVAL_CLOSED');
});

test.each<[string, string, Person, Given]>([
  ['an outsider', 'APPROVAL_NOT_ALLOWED', { id: 'unix:eve', via: 'cli' }, {}],
  ['an outsider who wants to deny', 'APPROVAL_NOT_ALLOWED', { id: 'unix:eve', via: 'cli' }, { answer: 'deny' }],
  ['a display name', 'APPROVAL_NOT_ALLOWED', { id: 'maria', via: 'cli' }, {}],
  ['a name in other letters', 'APPROVAL_NOT_ALLOWED', { id: 'unix:Maria', via: 'cli' }, {}],
  ['a Unix name that came through Slack', 'APPROVAL_NOT_ALLOWED', { id: 'unix:maria', via: 'slack' }, {}],
  ['the policy itself', 'APPROVAL_NOT_ALLOWED', { id: 'unix:maria', via: 'policy' }, {}],
  [
    'a bot',
    'APPROVAL_NOT_ALLOWED',
    { id: 'slack:B012', via: 'slack' },
    { liveGroups: new Map([['S0PLATFORM', new Set(['B012'])]]) },
  ],
  ['whoever asked', 'APPROVAL_OWN_REQUEST', asker, {}],
  ['somebody who saw another plan', 'APPROVAL_HASH_MISMATCH', maria, { planHash: 'hash-2' }],
])('refuses %s: %s', (_name, code, person, more) => {
  const asked = question(asker);
  expect(answer(asked, person, more)).toEqual({ accepted: false, code, approval: asked });
});

test('the same person counts once', () => {
  const first = answer(question(), maria);
  expect(answer(first.approval, maria).code).toBe('APPROVAL_ALREADY_ANSWERED');
});

test('whoever asked may still say no', () => {
  expect(answer(question(asker), asker, { answer: 'deny' }).approval.state).toBe('rejected');
});

test('members of a Slack group count while they are in it', () => {
  const person: Person = { id: 'slack:U012', via: 'slack' };
  const liveGroups = new Map([['S0PLATFORM', new Set(['U012'])]]);
  expect(answer(question(), person, { liveGroups })).toMatchObject({ accepted: true });
  expect(answer(question(), person, { liveGroups: new Map([['S0OTHER', new Set(['U012'])]]) }).code).toBe(
    'APPROVAL_NOT_ALLOWED',
  );
  expect(answer(question(), person).code).toBe('APPROVAL_NOT_ALLOWED');
});

test('the last millisecond counts, the end does not, and silence is a no', () => {
  const asked = question();
  expect(answer(asked, maria, {}, asked.expiresAtMs - 1).accepted).toBe(true);
  const late = answer(asked, maria, {}, asked.expiresAtMs);
  expect(late).toMatchObject({ accepted: false, code: 'APPROVAL_EXPIRED', approval: { state: 'expired' } });
  expect(expireApproval(asked, asked.expiresAtMs - 1)).toBe(asked);
  expect(expireApproval(asked, asked.expiresAtMs).state).toBe('expired');
  expect(answer(expireApproval(asked, asked.expiresAtMs), lena).code).toBe('APPROVAL_EXPIRED');
});

test('an answer from before the question is refused', () => {
  expect(answer(question(), maria, {}, noonMs - 1).code).toBe('APPROVAL_CLOSED');
});

test('open and granted approvals can be withdrawn, revoked and superseded; ended ones stay as they are', () => {
  const open = question();
  const granted = answer(answer(open, maria).approval, lena).approval;
  for (const approval of [open, granted]) {
    expect(withdrawApproval(approval, noonMs, 'changed').state).toBe('withdrawn');
    expect(revokeApproval(approval, lena, noonMs, 'no').state).toBe('revoked');
    expect(supersedeApproval(approval, noonMs, 'other plan').state).toBe('superseded');
  }
  expect(expireApproval(granted, granted.expiresAtMs)).toBe(granted);
  const ended = revokeApproval(open, lena, noonMs, null);
  expect(withdrawApproval(ended, noonMs, 'x')).toBe(ended);
  expect(revokeApproval(ended, lena, noonMs, 'x')).toBe(ended);
  expect(supersedeApproval(ended, noonMs, 'x')).toBe(ended);
  expect(expireApproval(ended, ended.expiresAtMs)).toBe(ended);
});

test('somebody taken out of the policy between two answers counts no longer', () => {
  const first = answer(question(), maria).approval;
  const { oncall, ...others } = policy.people;
  const without = { ...policy, people: { ...others, oncall: { ...oncall!, users: ['unix:ivo'] } } };
  const given = { person: lena, answer: 'approve', planHash: 'hash-1', reason: null } as const;
  expect(answerApproval(first, given, without, noonMs + 2_000).approval.state).toBe('requested');
});

test('every end of a question says why in words', () => {
  const why = ({ approval }: { approval: Approval }) => `${approval.state}: ${approval.why}`;
  expect(why(answer(question(), maria, { answer: 'deny' }))).toBe('rejected: rejected by unix:maria');
  expect(why(answer(question(), maria, { answer: 'deny', reason: 'not now' }))).toBe(
    'rejected: rejected by unix:maria: not now',
  );
  expect(expireApproval(question(), noonMs + 300_000)).toMatchObject({
    state: 'expired',
    why: 'nobody answered in time',
  });
  expect(revokeApproval(question(), maria, noonMs, null)).toMatchObject({
    state: 'revoked',
    why: 'revoked by unix:maria',
  });
  expect(revokeApproval(question(), maria, noonMs, 'no')).toMatchObject({ why: 'revoked by unix:maria: no' });
});

test('a new question has no answers, and one without a need can be answered by nobody', () => {
  const input = inputFor({ policy });
  expect(question()).toMatchObject({ type: 'approval', answers: [], requestedBy: null, why: null });
  const open = requestApproval(input.plan, { ...decideVerdict(input), approval: null }, noonMs);
  expect(open).toMatchObject({
    need: { from: [], need: 1, oneFromEach: false, expiresMs: 0 },
    expiresAtMs: noonMs,
  });
});

test('an answer counts from the instant of the question on, not before', () => {
  expect(answer(question(), maria, {}, noonMs).accepted).toBe(true);
  expect(answer(question(), maria, {}, noonMs - 1)).toMatchObject({ accepted: false, code: 'APPROVAL_CLOSED' });
});

test('who asked may not approve, and somebody else may', () => {
  expect(answer(question(maria), maria).code).toBe('APPROVAL_OWN_REQUEST');
  expect(answer(question(maria), lena).accepted).toBe(true);
  expect(answer(question(maria), maria, { answer: 'deny' }).accepted).toBe(true);
});
