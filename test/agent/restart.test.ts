import { describe, expect, test } from 'vitest';
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
});
