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

it('what a lost zone took away is replaced elsewhere, and started again one after another once it is back', () => {
  const { scored } = play({ file: fileOf('zone-loss'), seed: 1 });
  expect(scored).toMatchObject({ harmfulActions: 0, needlessActions: 0, invariantsBroken: [] });
  const restarts = scored.actionLog.filter(({ action }) => action === 'instance.restart');
  expect(restarts.map(({ target }) => target)).toEqual(['broker-2', 'worker-2', 'worker-5']);
  // An incident that is mended bit by bit does not wait a minute after each success.
  expect(restarts.at(-1)!.atMs - restarts[0]!.atMs).toBeLessThan(60_000);
  expect(scored.sloMsLost).toBeLessThan(scored.sloMsLostNoAgent / 10);
}, 120_000);
