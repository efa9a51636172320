import { expect, test } from 'vitest';
import { coversNeed, isSatisfied, strictestNeed } from '../../../agent/guard/approval-need.ts';
import type { ApprovalAnswer } from '../../../model/approval.ts';
import type { ApprovalNeed } from '../../../model/verdict.ts';
import { approval, noonMs, policyOf } from './fixture.ts';

const policy = policyOf(`
version: 1
name: people
mode: autonomous
timezone: UTC
people:
  a: { users: ["unix:ann", "unix:both"] }
  b: { users: ["unix:bob", "unix:both", "slack:B0T"], slackGroup: S0B }
  c: { users: ["unix:cid"] }
approval: { from: [a] }
rules: []
`);

const need = (from: readonly string[], more: Partial<ApprovalNeed> = {}): ApprovalNeed => ({
  from,
  need: 1,
  oneFromEach: false,
  expiresMs: 600_000,
  ...more,
});

function by(id: string, more: Partial<ApprovalAnswer> = {}): ApprovalAnswer {
  return { person: { id, via: 'cli' }, answer: 'approve', atMs: noonMs, reason: null, ...more };
}

test('the strictest of several needs: common groups, most people, shortest wait, whatever their order', () => {
  const both = [need(['b', 'a'], { need: 2, expiresMs: 5 }), need(['c', 'b'], { expiresMs: 9 })];
  const strictest = { from: ['b'], need: 2, oneFromEach: false, expiresMs: 5 };
  expect(strictestNeed(need(['a']), both)).toEqual(strictest);
  expect(strictestNeed(need(['a']), both.toReversed())).toEqual(strictest);
  expect(strictestNeed(need(['c', 'a'], { need: 3 }), [])).toEqual(need(['a', 'c'], { need: 3 }));
  expect(strictestNeed(need(['a'], { need: 3 }), [need(['b'])])).toMatchObject({ from: ['b'], need: 3 });
});

test('needs without a common group become one approval from each', () => {
  expect(strictestNeed(need(['a']), [need(['b']), need(['a'])])).toEqual(
    need(['a', 'b'], { need: 2, oneFromEach: true }),
  );
  expect(strictestNeed(need([]), [])).toEqual(need([]));
});

test('where one need wants one from each, none of the groups is dropped', () => {
  const needs = [need(['c', 'a'], { need: 2, oneFromEach: true }), need(['a'])];
  expect(strictestNeed(need(['a']), needs)).toEqual(need(['a', 'c'], { need: 2, oneFromEach: true }));
});

test.each<[string, readonly ApprovalAnswer[], ApprovalNeed, boolean]>([
  ['one of the group', [by('unix:ann')], need(['a']), true],
  ['one of another group', [by('unix:bob')], need(['a']), false],
  ['a denial', [by('unix:ann', { answer: 'deny' })], need(['a']), false],
  ['a bot that is listed', [by('slack:B0T', { groups: ['b'] })], need(['b']), false],
  ['the same person twice', [by('unix:ann'), by('unix:ann')], need(['a'], { need: 2 }), false],
  ['two people', [by('unix:ann'), by('unix:both')], need(['a'], { need: 2 }), true],
  ['a chat member whose group was read', [by('slack:U0X', { groups: ['b'] })], need(['b']), true],
  ['a chat member of another group', [by('slack:U0X', { groups: ['a'] })], need(['a']), false],
  ['a chat member of no group', [by('slack:U0X')], need(['b']), false],
  ['a shell user who claims a chat group', [by('unix:eve', { groups: ['b'] })], need(['b']), false],
  ['a chat member of a group that is gone', [by('slack:U0X', { groups: ['gone'] })], need(['gone']), false],
  ['one person for two groups', [by('unix:both')], need(['a', 'b'], { oneFromEach: true }), false],
  ['one each', [by('unix:both'), by('unix:ann')], need(['a', 'b'], { need: 2, oneFromEach: true }), true],
  [
    'one each, in the other order',
    [by('unix:ann'), by('unix:both')],
    need(['b', 'a'], { need: 2, oneFromEach: true }),
    true,
  ],
  ['two of one group', [by('unix:ann'), by('unix:cid')], need(['a', 'b'], { need: 2, oneFromEach: true }), false],
  [
    'three, of whom one must step aside for another',
    [by('unix:both'), by('unix:ann'), by('unix:cid')],
    need(['a', 'b', 'c'], { need: 3, oneFromEach: true }),
    true,
  ],
  [
    'people for one group thrice',
    [by('unix:ann'), by('unix:both'), by('unix:bob')],
    need(['a', 'b', 'c'], { need: 3, oneFromEach: true }),
    false,
  ],
])('%s fills a need or does not', (_who, answers, asked, filled) => {
  expect(isSatisfied(answers, asked, policy)).toBe(filled);
});

const granted = (more: Parameters<typeof approval>[0] = {}) =>
  approval({ answers: [by('unix:ann', { atMs: noonMs - 1_000 }), by('unix:both')], need: need(['a']), ...more });

test('a grant lapses a while after its last answer, by the shorter of both limits', () => {
  const covers = (startingAtMs: number | null, asked = need(['a']), given = granted()) =>
    coversNeed(given, asked, policy, startingAtMs);
  expect(covers(noonMs + 599_999)).toBe(true);
  expect(covers(noonMs + 600_000)).toBe(false);
  expect(covers(noonMs + 5_000, need(['a'], { expiresMs: 5_000 }))).toBe(false);
  expect(covers(noonMs + 5_000, need(['a']), granted({ need: need(['a'], { expiresMs: 5_000 }) }))).toBe(false);
  expect(covers(null)).toBe(true);
  expect(covers(noonMs, need(['c']))).toBe(false);
});

test('whoever asked does not approve, unless the policy says so; denying is free', () => {
  const own = granted({ requestedBy: { id: 'unix:both', via: 'cli' } });
  expect(coversNeed(own, need(['a']), policy, noonMs)).toBe(false);
  expect(coversNeed(own, need(['a']), { ...policy, ownRequest: true }, noonMs)).toBe(true);
  expect(coversNeed(granted({ requestedBy: { id: 'unix:cid', via: 'cli' } }), need(['a']), policy, noonMs)).toBe(true);
  const denied = granted({
    requestedBy: { id: 'unix:cid', via: 'cli' },
    answers: [by('unix:ann'), by('unix:cid', { answer: 'deny' })],
  });
  expect(coversNeed(denied, need(['a']), policy, noonMs)).toBe(true);
});
