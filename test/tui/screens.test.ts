import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Looks, press, recordedPicture, screenText, viewOf } from './pictures.ts';

const picture = recordedPicture();

/** Keys that lead to every screen from the first one. */
const screens: Readonly<Record<string, readonly string[]>> = {
  overview: [],
  incident: ['enter'],
  question: ['a'],
  number: ['a', 'tab', 'enter', '0', '0'],
  forecast: ['3'],
  map: ['4', 'j', 'j'],
  audit: ['5'],
  help: ['?'],
};

const looks: Readonly<Record<string, Looks>> = {
  '100x30': {},
  '80x24': { columns: 80, rows: 24 },
  '160x50': { columns: 160, rows: 50 },
  '100x30-ascii': { isAscii: true },
  '80x24-ascii': { columns: 80, rows: 24, isAscii: true },
  '100x30-plain': { isPlain: true },
  '80x24-plain': { columns: 80, rows: 24, isPlain: true },
};

describe.each(Object.entries(looks))('at %s', (lookName, look) => {
  test.each(Object.entries(screens))('the screen %s is as it was agreed on', async (name, keys) => {
    const view = viewOf(look);
    const text = screenText(picture, press(keys, picture, view), view);
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${name}-${lookName}.txt`));
  });
});

test('a terminal that is too small gets one line that says what waits', () => {
  const view = viewOf({ columns: 50, rows: 10 });
  expect(screenText(picture, press([], picture, view), view)).toBe('needs you: 2   (60x15 shows more; q quits)');
});
