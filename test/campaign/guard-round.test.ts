import { expect, test } from 'vitest';
import { policyWith } from '../agent/guard/fixture.ts';
import { approvalSettings, playApproval } from './approval-round.ts';
import { type Blindfold, enactMany, playRound } from './guard-round.ts';
import { playInterleaving } from './interleaving-round.ts';

const enacted = enactMany(40, 1);
const rounds = 1_200;

function failuresOf(blindfold?: Blindfold): string[] {
  return Array.from({ length: rounds }, (_, seed) => playRound(seed, enacted, blindfold)).flatMap(
    (round) => round.broken,
  );
}

const withFacts =
  (change: (facts: Parameters<Blindfold>[0]['facts']) => object): Blindfold =>
  (input) => ({ ...input, facts: { ...input.facts, ...change(input.facts) } });

/** What is hidden from the guard, and the law that must then be seen to break: the campaign can fail. */
const blindfolds: Readonly<Record<string, readonly [hidden: Blindfold, breaks: RegExp]>> = {
  STOP: [withFacts(() => ({ stop: null })), /STOP/],
  holds: [withFacts(() => ({ holds: [] })), /holds/],
  history: [withFacts(() => ({ history: [] })), /budget|cooldown|person|asking/],
  'the age of data': [withFacts(() => ({ dataAgeMs: 0 })), /stale/],
  'the onset of the cause': [withFacts(() => ({ causeSinceMs: 0 })), /hold-down/],
  'members out of sync': [
    withFacts(({ inventory }) => ({
      inventory: {
        ...inventory,
        replicaGroups: inventory.replicaGroups.map((group) => ({
          ...group,
          members: group.members.map((one) => ({ ...one, online: true, inSync: true })),
        })),
      },
    })),
    /quorum/,
  ],
  'the state of the approval': [
    (input) => ({ ...input, approval: input.approval === null ? null : { ...input.approval, state: 'approved' } }),
    /I9/,
  ],
};

test('the campaign finds nothing wrong with the guard', () => {
  expect(failuresOf()).toEqual([]);
});

test.each(Object.entries(blindfolds))(
  'the campaign notices a guard that does not see %s',
  (_name, [hidden, breaks]) => {
    expect(failuresOf(hidden).some((broken) => breaks.test(broken))).toBe(true);
  },
);

test('mutated approvals let nothing through that they should not', () => {
  const settings = approvalSettings();
  const played = Array.from({ length: 300 }, (_, seed) => playApproval(seed, settings));
  expect(played.flatMap((round) => round.broken)).toEqual([]);
  expect(played.some((round) => round.approved)).toBe(true);
});

test('the agent breaks nothing while a person acts at the same time', () => {
  const policy = policyWith({
    targetsAtOnce: '2',
    keepHealthy: '{ worker: "60%", gateway: 0, broker: 2 }',
    personQuiet: '30s',
  });
  const played = Array.from({ length: 60 }, (_, seed) => playInterleaving(seed, policy));
  expect(played.flatMap((round) => round.broken)).toEqual([]);
  expect(played.some((round) => round.agentActs > 0)).toBe(true);
});
