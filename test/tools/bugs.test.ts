import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../agent/files.ts';

const folder = join('test', 'bugs');
const patches = readdirSync(join(packageRoot(), folder)).filter((file) => file.endsWith('.patch'));

test.each(patches)('the known bug %s still fits the sources that it is put into', (patch) => {
  const checked = spawnSync('git', ['apply', '--check', '--unsafe-paths', join(folder, patch)], {
    cwd: packageRoot(),
    encoding: 'utf8',
  });
  expect(checked.stderr).toBe('');
  expect(checked.status).toBe(0);
});
