import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../agent/files.ts';
import { taskRunner } from '../../sim/chaos/task.ts';

const play = taskRunner({ agent: 'homeostat', policy: join(packageRoot(), 'sim', 'policy.yaml') });
const fileOf = (name: string) => join(packageRoot(), 'sim', 'scenarios', `${name}.yaml`);

it('a crashed worker is found, named and mended without harm', () => {
  const { scored } = play({ file: fileOf('worker-crash'), seed: 1 });
  expect(scored).toMatchObject({ detected: true, causesExact: true, mitigated: true, harmfulActions: 0 });
  expect(scored.invariantsBroken).toEqual([]);
  expect(scored.sloMsLost).toBeLessThan(scored.sloMsLostNoAgent);
}, 120_000);

it('a rolling restart by people is left alone', () => {
  const { scored } = play({ file: fileOf('control-rolling-restart'), seed: 1 });
  expect(scored.actions).toBe(0);
  expect(scored.invariantsBroken).toEqual([]);
}, 120_000);

it('where nobody may answer, a storm of retries is met with what the policy allows', () => {
  const { scored } = play({ file: fileOf('retry-storm'), seed: 1 });
  expect(scored).toMatchObject({ detected: true, needlessActions: 0, harmfulActions: 0, invariantsBroken: [] });
  expect(new Set(scored.actionLog.map(({ action }) => action))).toEqual(new Set(['workload.scale']));
  expect(scored.sloMsLost).toBeLessThan(scored.sloMsLostNoAgent / 10);
}, 120_000);
