import { describe, expect, test } from 'vitest';
import { failureMatrix, reactions, runToEnd, wrongEnding } from './endings.ts';

describe.each([1, 2, 3])('a plan of %i steps', (steps) => {
  test('ends as it began, as intended, or quarantined and paged, whichever call and whichever undo fails', () => {
    const wrong: string[] = [];
    let runs = 0;
    for (const { name, options } of failureMatrix(steps)) {
      runs += 1;
      const ending = wrongEnding(runToEnd(options));
      if (ending !== null) wrong.push(`${name}: ${ending}`);
    }
    expect(runs).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });
});

describe('a crash before any turn', () => {
  const plans = [
    ['works', {}],
    ...Object.entries(reactions).map(([how, reaction]) => [how, { 2: reaction }] as const),
  ] as const;

  test.each(plans)('with a second call that %s, and each verification, ends the same way', (_how, reaction) => {
    const wrong: string[] = [];
    for (const expectation of [true, false, null]) {
      for (let crashAt = 1; ; crashAt += 1) {
        const lab = runToEnd({ steps: 3, expectation, reactions: reaction }, crashAt);
        const ending = wrongEnding(lab);
        if (ending !== null) wrong.push(`crash before turn ${crashAt}, expectation ${expectation}: ${ending}`);
        if (lab.crashes === 0) break;
      }
    }
    expect(wrong).toEqual([]);
  });
});
