import { expect, test } from 'vitest';
import { reportOf } from '../../../agent/views/report.ts';
import { startAgent } from '../fixture.ts';

test('puts what a person has to do before what happened', () => {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(3 * 60_000);
  const nowMs = agent.world.clock.nowMs();
  const report = reportOf(agent.shell.agent.knowledge, { only: null, fromMs: 0, nowMs });
  expect(report?.data.todo).toEqual([expect.stringContaining('Answer D-1')]);
  expect(report?.markdown.indexOf('## To do')).toBeLessThan(report!.markdown.indexOf('## INC-0001'));
});

test('has nothing to do once the incident is over, and tells its outcome', () => {
  const agent = startAgent();
  agent.runForMs(5 * 60_000);
  const report = reportOf(agent.shell.agent.knowledge, {
    only: 'INC-0001',
    fromMs: 0,
    nowMs: agent.world.clock.nowMs(),
  });
  expect(report?.data.todo).toEqual([]);
  expect(report?.markdown).toContain('D-1 succeeded');
});

test('knows no incident that the journal does not have', () => {
  const agent = startAgent({ faults: '[]' });
  expect(reportOf(agent.shell.agent.knowledge, { only: 'INC-0099', fromMs: 0, nowMs: 0 })).toBeNull();
});
