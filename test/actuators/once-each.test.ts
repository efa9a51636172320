import { expect, test } from 'vitest';
import { onceEach } from '../../actuators/once-each.ts';

test('carries an id out once, also while it is under way, and gives every asker the same answer', async () => {
  const once = onceEach();
  let effects = 0;
  const carryOut = async () => {
    effects += 1;
    return { status: 'ok', detail: `effect ${effects}` } as const;
  };
  const first = once.run('D-1.1', carryOut);
  expect(once.isUnderWay('D-1.1')).toBe(true);
  const answers = await Promise.all([first, once.run('D-1.1', carryOut)]);
  expect(once.isUnderWay('D-1.1')).toBe(false);
  answers.push(await once.run('D-1.1', carryOut));
  expect(answers.map(({ detail }) => detail)).toEqual(['effect 1', 'effect 1', 'effect 1']);
  expect(await once.run('D-1.2', carryOut)).toMatchObject({ detail: 'effect 2' });
});
