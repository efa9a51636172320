import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteModelStore } from '../../../agent/knowledge/model-store-sqlite.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'homeostat-models-'));

test('what was saved last is there after a restart', () => {
  const path = join(folder(), 'models.db');
  const first = openSqliteModelStore(path, (problem) => expect.fail(problem));
  first.save('a', 'one');
  first.save('a', 'two');
  first.save('b', 'three');
  first.close();
  const second = openSqliteModelStore(path, (problem) => expect.fail(problem));
  expect(second.load()).toEqual(
    new Map([
      ['a', 'two'],
      ['b', 'three'],
    ]),
  );
  second.close();
});

test('a file that is no database is reported, and the agent goes on without it', () => {
  const path = join(folder(), 'models.db');
  writeFileSync(path, 'no database at all, but long enough to be looked at as one');
  const problems: string[] = [];
  const store = openSqliteModelStore(path, (problem) => problems.push(problem));
  store.save('a', 'one');
  expect(store.load()).toEqual(new Map());
  expect(problems.length).toBeGreaterThan(0);
  store.close();
});
