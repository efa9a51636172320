import { expect, test } from 'vitest';
import { decideVerdict, type GuardInput } from '../../../agent/guard/decide.ts';
import { drawSituation } from '../../campaign/adversary.ts';
import { choicesOf } from '../../campaign/choices.ts';
import { enactMany } from '../../campaign/guard-round.ts';
import { drawCase } from './drawn-case.ts';

/*
 * All that the guard says in many drawn situations, each sentence with how often it is said. Whatever changes a number,
 * a boundary or a word of any limit changes a line of these files, where people can read what became of it:
 * `npx vitest run test/agent/guard/sayings.test.ts -u`, then read the difference.
 */

test.each([1, 2, 3, 4])(
  'every limit says what it said, as often as it said it, where limits bind: part %i',
  async (part) => {
    const inputs = Array.from({ length: 150 }, (_, i) => drawCase(1_000 * part + i));
    await expect(sayingsIn(inputs)).toMatchFileSnapshot(`golden/sayings-at-limits-${part}.txt`);
  },
);

test('and before plans that are meant to get past it', async () => {
  const enacted = enactMany(40, 5);
  const inputs = Array.from({ length: 100 }, (_, i) => drawSituation(choicesOf(i + 1), enacted).input);
  await expect(sayingsIn(inputs)).toMatchFileSnapshot('golden/sayings-to-adversaries.txt');
});

function sayingsIn(inputs: readonly GuardInput[]): string {
  const times = new Map<string, number>();
  for (const line of inputs.flatMap(linesOf)) times.set(line, (times.get(line) ?? 0) + 1);
  return `${[...times]
    .map(([line, count]) => `${line}  (${count})`)
    .toSorted()
    .join('\n')}\n`;
}

function linesOf(input: GuardInput): string[] {
  const { effect, wouldEffect, rule, checks, wouldBeAutoIf, approval, retryAfterMs, mode } = decideVerdict(input);
  const need = approval === null ? '' : `; ${JSON.stringify(approval)}`;
  return [
    `verdict ${effect} (${wouldEffect ?? 'as it is'}, ${mode}) ${rule}, again after ${retryAfterMs}${need}`,
    ...checks.map((one) => `${one.name}: ${one.effect} ${one.code} ${one.retryAfterMs}: ${one.why}`),
    ...wouldBeAutoIf.map((text) => `would be auto if ${text}`),
  ];
}
