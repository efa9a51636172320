import { keyName } from './bars.ts';
import { type Block, blockLines, row } from './blocks.ts';
import type { View } from './glyphs.ts';
import { type KeyEntry, keysShown } from './keymap.ts';
import type { Picture } from './picture.ts';
import { fitTo, type Line, padLine, span } from './text.ts';

const groups: readonly [KeyEntry['group'], string][] = [
  ['move', 'MOVE'],
  ['look', 'LOOK'],
  ['find', 'FIND'],
  ['act', 'ACT (each one asks first)'],
  ['demo', 'SIMULATED DAY'],
];

/** Help, made from the keymap. */
export function helpLines({ day }: Picture, view: View): Line[] {
  const keys = keysShown(view.isReadOnly, day !== null);
  const blocks = groups
    .map(([group, title]) =>
      keyBlock(
        title,
        keys.filter((entry) => entry.group === group),
      ),
    )
    .filter((block) => block.rows.length > 0);
  const all = [...blocks, statesBlock, safetyBlock, screenBlock];
  if (view.isPlain) return all.flatMap((block) => blockLines(block, view.columns, view));
  return inColumns(all, view.columns >= 96 ? 3 : 2, view);
}

function keyBlock(title: string, entries: readonly KeyEntry[]): Block {
  return {
    title,
    rows: entries.map(({ keys, means }) =>
      row(13, span(fitTo(keys.map(keyName).join(' '), 13), 'accent'), span(means)),
    ),
  };
}

const statesBlock: Block = {
  title: 'STATES',
  rows: [
    row(4, '..  ', 'ok'),
    row(4, '!   ', 'warn: a forecast or symptom'),
    row(4, 'A   ', 'the agent is changing it'),
    row(4, 'X   ', 'down'),
    row(4, '?   ', 'no data, never shown as ok'),
  ],
};

const safetyBlock: Block = {
  title: 'SAFE BY DESIGN',
  rows: [
    row(0, 'No single key changes a cluster.'),
    row(0, 'Every dialog opens on "Not now".'),
    row(0, 'q is ignored while a dialog is open.'),
    row(0, 'Closing this does not stop the agent; P does.'),
  ],
};

const screenBlock: Block = {
  title: 'SCREEN',
  rows: [
    row(11, '--ascii    ', 'no block characters'),
    row(11, 'NO_COLOR=1 ', 'shapes and words only'),
    row(11, '--theme    ', 'dark light cb-safe mono'),
    row(11, '--plain    ', 'for screen readers'),
    row(11, '--read-only', ' no keys that act'),
  ],
};

/** Blocks in columns of about the same height. */
function inColumns(blocks: readonly Block[], count: number, view: View): Line[] {
  const width = Math.floor(view.columns / count);
  const columns: Line[][] = Array.from({ length: count }, () => []);
  for (const block of blocks) {
    const shortest = columns.reduce((a, b) => (b.length < a.length ? b : a));
    shortest.push(...blockLines(block, width - 1, view), []);
  }
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, index) => columns.flatMap((column) => padLine(column[index] ?? [], width)));
}
