import { describe, expect, test } from 'vitest';
import { step } from '../../agent/loop.ts';
import { resumeAgent } from '../../agent/resume.ts';
import { startAgent } from './fixture.ts';

describe('an agent that is ended and started again', () => {
  test.each([1, 20, 60])(
    'away for %i s, it still waits for the answer to its question, and then acts once',
    (awayS) => {
      const agent = startAgent({ restart: 'ask' });
      agent.runForMs(140_000);
      const asked = agent.ofType('approval').filter(({ state }) => state === 'requested');
      expect(asked).toHaveLength(1);
      const { id: decisionId, planHash } = asked[0]!;

      agent.restart(awayS * 1_000);
      agent.runForMs(20_000);
      expect(agent.ofType('approval').filter(({ state }) => state !== 'requested')).toEqual([]);
      expect(
        agent.say('unix:maria', { type: 'answer', decisionId, planHash, answer: 'approve', reason: null }),
      ).toEqual(expect.objectContaining({ ok: true }));
      agent.runForMs(120_000);
      expect(agent.effects()).toEqual(['instance.restart worker-3']);
      expect(agent.ofType('outcome')).toMatchObject([{ decisionId, result: 'succeeded' }]);
    },
  );

  test('it keeps its question while the picture lacks what the question is about', () => {
    const agent = asking();
    const [asked] = agent.ofType('approval');
    const { options, policy } = agent.shell.agent;
    const again = resumeAgent(options, policy, agent.rows());
    const nowMs = agent.world.clock.nowMs() + 5_000;
    const grant = { epoch: 2, expiresAtMs: nowMs + 30_000 };
    // One source has told its part, the engine has not yet.
    const seen = { kind: 'inventory', source: 'brokers', observedAtMs: nowMs, part: { replicaGroups: [] } } as const;
    const first = step(again, nowMs, [
      { type: 'lease', grant },
      { type: 'observed', source: 'brokers', observations: [seen] },
    ]);
    expect(first.records.filter(({ type }) => type === 'approval')).toEqual([]);
    expect(again.knowledge.decisions.get(asked!.id)?.approval?.state).toBe('requested');
  });
});

/** An agent whose question about a dead worker waits for people, with what it has written. */
function asking() {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(140_000);
  expect(agent.ofType('approval')).toMatchObject([{ state: 'requested' }]);
  return agent;
}
