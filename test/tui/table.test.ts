import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Column, cell, layoutColumns } from '../../tui/view-model/table.ts';
import { fitTo, widthOf } from '../../tui/view-model/text.ts';

const rowOf = (...texts: string[]) => ({ id: texts.join(), opens: null, cells: texts.map((text) => cell(text)) });
const growing = (title: string, width: number): Column => ({ title, width, grow: true, priority: 0 });

test('a long name keeps its end where names differ only there', () => {
  expect(fitTo('orders-production-worker-17', 13, 'left', 'middle')).toBe('orders~ker-17');
  expect(fitTo('orders-production-worker-17', 13)).toBe('orders-produ~');
});

test('a text takes exactly its cells wherever it is cut, wide letters counted as two', () => {
  const text = fc.stringMatching(/^[a-z가-힣😀é ]{0,30}$/u);
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), fc.constantFrom('end', 'middle'), (words, width, cutAt) => {
      expect(widthOf(fitTo(words, width, 'left', cutAt as 'end'))).toBe(width);
    }),
  );
});

test('a column takes what it needs and leaves the rest to those that lack', () => {
  const columns = [growing('A', 4), growing('B', 4), growing('C', 4)];
  const widths = layoutColumns({ columns, rows: [rowOf('ab', 'a'.repeat(12), 'b'.repeat(90))] }, 50);
  expect(widths.map(({ width }) => width)).toEqual([4, 12, 50 - 3 - 4 - 4 - 12]);
});
