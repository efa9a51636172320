/**
 * Checks what the compiler and the linter cannot: who imports whom, purity of the core, sizes, dead exports, names.
 * `npm run tidy` prints every failure with its reason and exits 1; `npm run tidy -- --tighten` lowers the ratchet.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkDeadExports } from './tidy/dead-exports.ts';
import { formatFailure } from './tidy/failure.ts';
import { checkImports, checkPlaybookFolder } from './tidy/import-rules.ts';
import { checkChokePoint, checkPurity } from './tidy/purity.ts';
import { checkSizes, describeSizes, functionLinesGoal, functionSizes } from './tidy/sizes.ts';
import { readSourceFile } from './tidy/source-file.ts';
import { checkWords } from './tidy/words.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const ratchetFile = fileURLToPath(new URL('./tidy/ratchet.json', import.meta.url));

// New files count before they are committed; deleted ones do not.
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
const paths = listed
  .toString()
  .split('\n')
  .filter((path) => path !== '' && existsSync(root + path));
const files = paths
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('test/fixtures/'))
  .map((path) => readSourceFile(path, readFileSync(root + path, 'utf8')));
const ratchet = JSON.parse(readFileSync(ratchetFile, 'utf8')) as { longestFunctionLines: number };

const failures = [
  ...files.flatMap((file) => [
    ...checkImports(file),
    ...checkPurity(file),
    ...checkChokePoint(file),
    ...checkWords(file),
  ]),
  ...checkPlaybookFolder(paths),
  ...checkSizes(files, ratchet),
  ...checkDeadExports(files),
];
for (const failure of failures) console.error(formatFailure(failure));
console.log(describeSizes(files));

const longest = Math.max(functionLinesGoal, ...files.flatMap(functionSizes).map(({ lines }) => lines));
if (longest < ratchet.longestFunctionLines) {
  if (process.argv.includes('--tighten'))
    writeFileSync(ratchetFile, `${JSON.stringify({ longestFunctionLines: longest })}\n`);
  else
    console.log(
      `the longest function has ${longest} lines, ${ratchet.longestFunctionLines} are allowed: npm run tidy -- --tighten`,
    );
}
console.log(failures.length === 0 ? 'tidy: no failures' : `tidy: ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
