import type { Panel, Row } from './table.ts';

/*
 * Finding rows: `text`, `!text`, `field:text`, `field:<3` and `field:>3`, several words together. A field is the
 * beginning of a column's head.
 */

type Test = (row: Row) => boolean;

/** The rows of a panel that a filter lets through, in the order that was asked for. */
export function arrange(
  panel: Panel,
  filter: string,
  sort: { readonly column: number; readonly isFlipped: boolean } | undefined,
): readonly Row[] {
  const tests = filter
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .map((word) => testOf(panel, word));
  const found = panel.rows.filter((row) => tests.every((test) => test(row)));
  if (sort === undefined) return found;
  const direction = sort.isFlipped ? -1 : 1;
  return found.toSorted((a, b) => direction * compare(a.cells[sort.column]!.sort, b.cells[sort.column]!.sort));
}

function testOf(panel: Panel, word: string): Test {
  if (word.startsWith('!')) {
    const inverse = testOf(panel, word.slice(1));
    return (row) => !inverse(row);
  }
  const colon = word.indexOf(':');
  const field = word.slice(0, colon).toLowerCase();
  const index = colon < 1 ? -1 : panel.columns.findIndex(({ title }) => title.toLowerCase().startsWith(field));
  if (index >= 0) return fieldTest(index, word.slice(colon + 1));
  const wanted = word.toLowerCase();
  return ({ cells }) => cells.some((cell) => cell.text.toLowerCase().includes(wanted));
}

function fieldTest(index: number, wanted: string): Test {
  const limit = /^([<>])(\d+(?:\.\d+)?)$/.exec(wanted);
  if (limit === null) return ({ cells }) => cells[index]!.text.toLowerCase().includes(wanted.toLowerCase());
  const bound = Number(limit[2]);
  return ({ cells }) => {
    const value = Number(cells[index]!.sort);
    return limit[1] === '<' ? value < bound : value > bound;
  };
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
