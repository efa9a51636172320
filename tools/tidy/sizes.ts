import { type AstNode, isNode, walk } from './ast.ts';
import type { Failure } from './failure.ts';
import type { SourceFile } from './source-file.ts';

/** Lines that nothing may exceed; `ratchet.json` holds today's longest function, and may only shrink. */
const fileLinesMax = 400;
const functionLinesMax = 70;
/** Below this a function is short enough: the ratchet goes no further. */
export const functionLinesGoal = 50;

export interface FunctionSize {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly lines: number;
}

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ObjectMethod',
  'ClassMethod',
  'ClassPrivateMethod',
]);

/** Every function of a file; in tests, one that only groups tests does not count. */
export function functionSizes(file: SourceFile): FunctionSize[] {
  const sizes: FunctionSize[] = [];
  const grouping = new Set<unknown>();
  walk(file.program, (node) => {
    if (node.type === 'CallExpression' && rootName(node) === 'describe') {
      for (const argument of node.arguments as AstNode[]) grouping.add(argument);
    }
    if (!functionTypes.has(node.type) || grouping.has(node) || (file.path.startsWith('test/') && groupsTests(node)))
      return;
    const { start, end } = node.loc;
    const name = isNode(node.id) ? node.id.name : isNode(node.key) ? node.key.name : 'function';
    sizes.push({ file: file.path, line: start.line, name: String(name), lines: end.line - start.line + 1 });
  });
  return sizes;
}

/** Whether it registers tests. */
function groupsTests(node: AstNode): boolean {
  const statements = isNode(node.body) && Array.isArray(node.body.body) ? (node.body.body as AstNode[]) : [];
  return statements.some(({ expression }) => /^(describe|test|it)$/.test(rootName(expression)));
}

/** `describe` of `describe.runIf(condition)('name', …)`. */
function rootName(expression: unknown): string {
  let node = expression;
  while (isNode(node) && node.type !== 'Identifier') node = node.callee ?? node.object ?? node.tag;
  return isNode(node) ? String(node.name) : '';
}

export function checkSizes(
  files: readonly SourceFile[],
  ratchet: { readonly longestFunctionLines: number },
): Failure[] {
  const limit = Math.min(Math.max(ratchet.longestFunctionLines, functionLinesGoal), functionLinesMax);
  const tooLong = files
    .flatMap(functionSizes)
    .filter(({ lines }) => lines > limit)
    .map(({ file, line, name, lines }) => ({
      file,
      line,
      rule: `function-length: ${name} has ${lines} lines, the limit is ${limit}`,
      why: 'a function that fits on a screen is read at once; the limit is today’s longest and only shrinks',
      instead: 'name a part of it and move that part out',
    }));
  const tooBig = files
    .filter(({ lines }) => lines > fileLinesMax)
    .map(({ path, lines }) => ({
      file: path,
      line: fileLinesMax + 1,
      rule: `file-length: ${lines} lines, the limit is ${fileLinesMax}`,
      why: 'a long file holds more than one idea',
      instead: 'split it by idea, each file named for its main export',
    }));
  return [...tooLong, ...tooBig];
}

/** Two lines for people: how long files and functions are. */
export function describeSizes(files: readonly SourceFile[]): string {
  const ours = files.filter(({ path }) => !path.startsWith('test/'));
  const byLength = [...ours].sort((a, b) => b.lines - a.lines);
  const functions = ours.flatMap(functionSizes).sort((a, b) => b.lines - a.lines);
  const longest = byLength.slice(0, 3).map(({ path, lines }) => `${path} ${lines}`);
  const functionsOver = functions.filter(({ lines }) => lines > functionLinesGoal).length;
  return [
    `files: ${ours.length}, median ${byLength[byLength.length >> 1]?.lines ?? 0} lines; longest ${longest.join(', ')}`,
    `functions: ${functions.length}, longest ${functions[0]?.lines ?? 0} lines, ${functionsOver} over ${functionLinesGoal}`,
  ].join('\n');
}
