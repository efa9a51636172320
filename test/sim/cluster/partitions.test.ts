import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Columns } from '../../../sim/cluster/columns.ts';
import { Partitions, partitionColumns } from '../../../sim/cluster/partitions.ts';

const step = fc.record({ p: fc.nat(2), pushes: fc.nat(20), takes: fc.nat(30), waitsMs: fc.constantFrom(0, 1000) });

test('a partition gives its messages in order of birth, as a plain list of them would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const partitions = new Partitions(new Columns(partitionColumns), 3);
      const lists: number[][] = [[], [], []];
      let nowMs = 1000;
      for (const { p, pushes, takes, waitsMs } of steps) {
        nowMs += waitsMs;
        partitions.push(p, nowMs, pushes);
        lists[p]!.push(...new Array<number>(pushes).fill(nowMs));
        expect(partitions.take(p, takes)).toBe(lists[p]!.splice(0, takes).length);
        expect([0, 1, 2].map((each) => partitions.waiting(each))).toEqual(lists.map((list) => list.length));
        const births = lists.flat();
        expect(partitions.oldestBornAtMs()).toBe(births.length === 0 ? null : Math.min(...births));
      }
    }),
  );
});
