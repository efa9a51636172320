import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Rehearsal } from '../../../model/plan.ts';
import { rehearsePlans } from '../../../sim/twin/rehearse.ts';
import { threadedTwin } from '../../../sim/twin/threaded-twin.ts';
import { planOf } from '../../agent/execute/plans.ts';
import { watch } from './watched.ts';

test('a thread says what the same code says in the caller’s own', async () => {
  const watched = watch({});
  watched.runTo(4);
  const plan = planOf({});
  const picture = watched.picture();
  const answers = await new Promise<readonly Rehearsal[]>((done) =>
    threadedTwin().rehearse([plan, plan], picture, done),
  );
  expect(answers).toEqual(rehearsePlans([plan, plan], picture));
  expect(answers).toHaveLength(2);
});

test('a process that has rehearsed ends by itself', () => {
  const program = join(import.meta.dirname, 'rehearse-once.ts');
  const ended = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 30_000 });
  expect(ended).toMatchObject({ status: 0, stdout: 'rehearsed\n' });
});
