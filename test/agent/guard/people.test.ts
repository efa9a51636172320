import { expect, test } from 'vitest';
import {
  groupsOf,
  isBot,
  isPlausible,
  listedApprovers,
  mayCommand,
  roleOfPerson,
} from '../../../agent/guard/people.ts';
import { policyOf } from './fixture.ts';

const policy = policyOf(`
version: 1
name: people
mode: observe
timezone: UTC
people:
  watchers: { users: ["unix:wim"], role: viewer }
  shift: { users: ["unix:olga", "slack:U0OLGA"], role: operator }
  oncall: { users: ["unix:maria", "unix:olga"], slackGroup: S0ONCALL }
  owners: { users: ["mtls:ada", "token:ci"], role: admin }
rules: []
`);

test('membership is by exact identity', () => {
  expect(groupsOf('unix:olga', policy)).toEqual(['oncall', 'shift']);
  expect(groupsOf('unix:Olga', policy)).toEqual([]);
  expect(groupsOf('olga', policy)).toEqual([]);
});

test('a failed look-up of a chat group refuses', () => {
  expect(groupsOf('slack:U9', policy, new Map([['S0ONCALL', new Set(['U9'])]]))).toEqual(['oncall']);
  expect(groupsOf('slack:U9', policy)).toEqual([]);
});

test('the highest role of all groups holds; strangers may look', () => {
  expect(roleOfPerson({ id: 'unix:wim', via: 'cli' }, policy)).toBe('viewer');
  expect(roleOfPerson({ id: 'unix:olga', via: 'cli' }, policy)).toBe('approver');
  expect(roleOfPerson({ id: 'slack:U0OLGA', via: 'slack' }, policy)).toBe('operator');
  expect(roleOfPerson({ id: 'mtls:ada', via: 'api' }, policy)).toBe('admin');
  expect(roleOfPerson({ id: 'unix:nobody', via: 'cli' }, policy)).toBe('viewer');
  expect(roleOfPerson({ id: 'mtls:ada', via: 'slack' }, policy)).toBe('viewer');
});

test('only Slack proves Slack ids', () => {
  expect(isPlausible({ id: 'slack:U1', via: 'api' })).toBe(false);
  expect(isPlausible({ id: 'slack:U1', via: 'slack' })).toBe(true);
});

test('to stop the agent takes less than to let it go on', () => {
  expect(mayCommand('viewer', 'pause')).toBe(false);
  expect(mayCommand('operator', 'pause')).toBe(true);
  expect(mayCommand('operator', 'resume')).toBe(false);
  expect(mayCommand('approver', 'resume')).toBe(true);
  expect(mayCommand('approver', 'reset-breaker')).toBe(false);
  expect(mayCommand('admin', 'reset-record')).toBe(true);
});

test('approvers of a need can be listed', () => {
  expect(listedApprovers(['oncall', 'owners', 'nowhere'], policy)).toEqual([
    'unix:maria',
    'unix:olga',
    'mtls:ada',
    'token:ci',
  ]);
});

test('a bot is no approver, even where a policy names it', () => {
  const { people } = policyOf(`
version: 1
name: bots
mode: observe
timezone: UTC
people: { oncall: { users: ["slack:U0OLGA", "slack:B0DEPLOY"] } }
rules: []
`);
  expect(listedApprovers(['oncall'], { people })).toEqual(['slack:U0OLGA']);
});

test('an id of Slack is that of a person or of a bot, whole', () => {
  const bots = [
    'slack:B0T',
    'slack:U0x',
    'slack:',
    'slack:U',
    'x slack:U0MARIA',
    'unix:B0T',
    'slack:W0X1',
    'slack:U0 X',
  ];
  expect(bots.map(isBot)).toEqual([true, true, true, true, false, false, false, true]);
});

test('each command needs its role', () => {
  const ranks = ['viewer', 'operator', 'approver', 'admin'] as const;
  const least = (command: Parameters<typeof mayCommand>[1]) => ranks.find((role) => mayCommand(role, command));
  const commands = [
    'pause',
    'hold',
    'silence',
    'own',
    'stop-after-step',
    'pin-model',
    'unpin-model',
    'roll-back-model',
  ] as const;
  expect(commands.map(least)).toEqual(commands.map(() => 'operator'));
  expect((['release', 'answer', 'revoke', 'resume'] as const).map(least)).toEqual(Array(4).fill('approver'));
  expect((['reset-breaker', 'reset-record'] as const).map(least)).toEqual(['admin', 'admin']);
});

test('a scenario may speak for anybody, a policy for nobody', () => {
  expect(isPlausible({ id: 'slack:U0X', via: 'scenario' })).toBe(true);
  expect(isPlausible({ id: 'unix:maria', via: 'scenario' })).toBe(true);
  expect(isPlausible({ id: 'unix:maria', via: 'policy' })).toBe(false);
});

test('a chat group has its own members, and only those who speak through chat', () => {
  const people = {
    people: {
      chat: { slackGroup: 'S0X', users: [], role: 'approver' },
      shell: { users: ['unix:a'], role: 'approver' },
    },
  } as const;
  const live = new Map([['S0X', new Set(['U0X', ':U0X', 'a'])]]);
  const groups = (id: string) => groupsOf(id, people as unknown as Parameters<typeof groupsOf>[1], live);
  expect(['slack:U0X', 'slack:U0Y', 'unix:a', 'slack:B0T', 'xxxxxxU0X'].map(groups)).toEqual([
    ['chat'],
    [],
    ['shell'],
    [],
    [],
  ]);
});
