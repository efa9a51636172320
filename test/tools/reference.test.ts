import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referencePages } from '../../tools/reference.ts';

const folder = join(import.meta.dirname, '../../docs/reference');

test.each(Object.entries(referencePages()))('docs/reference/%s says what the program says', (name, text) => {
  expect(readFileSync(join(folder, name), 'utf8'), 'run node tools/reference.ts').toBe(text);
});
