import { expect, test } from 'vitest';
import { demoAttachment } from '../../sim/demo.ts';
import { simulate, stepped } from '../../sim/run.ts';
import { scenarioOf } from './world-of.ts';

test('a run is the same however it is stepped through, also when a step would lead past its end', () => {
  // The crash comes so late that the plan against it is in flight when the scenario ends.
  const scenario = scenarioOf({ duration: '4m', faults: ['at: 3m50s, kind: instance-crash, target: worker-3'] });
  const attach = { ...demoAttachment(), someoneCanAnswer: false };
  const whole = simulate(scenario, 5, attach);
  const run = stepped(scenario, 5, attach);
  for (let step = 1; !run.isOver(); step++) run.advanceTo(run.nowMs() + 1_000 + 977 * (step % 13));
  const parts = run.finish();
  expect(whole.world.truth.actions).toHaveLength(1);
  expect(parts.world.stateHash()).toBe(whole.world.stateHash());
  expect(parts.rows).toEqual(whole.rows);
});
