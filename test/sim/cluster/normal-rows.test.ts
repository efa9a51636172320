import { expect, test } from 'vitest';
import { NormalRows } from '../../../sim/cluster/normal-rows.ts';
import { RandomStream } from '../../../sim/kernel/random.ts';

test('every row gives what its stream would have given, however many rows there are and however they take turns', () => {
  const rows = new NormalRows();
  const streams = Array.from({ length: 100 }, (_, i) => new RandomStream(`row/${i}`));
  const numbers = streams.map((_, i) => rows.addRow(new RandomStream(`row/${i}`)));
  const turns = new RandomStream('turns');
  for (let i = 0; i < 5000; i++) {
    const row = turns.below(100);
    expect(rows.next(numbers[row]!)).toBe(streams[row]!.normal());
  }
});
