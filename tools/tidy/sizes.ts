import { type AstNode, isNode, walk } from './ast.ts';
import type { Failure } from './failure.ts';
import type { SourceFile } from './source-file.ts';

/** Lines that nothing may exceed; `ratchet.json` holds today's longest function, and may only shrink. */
export const fileLinesMax = 400;
export const functionLinesMax = 70;
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

/** Every function of a file; a `describe` callback of a test only groups tests and does not count. */
export function functionSizes(file: SourceFile): FunctionSize[] {
  const sizes: FunctionSize[] = [];
  const grouping = new Set<AstNode>();
  walk(file.program, (node) => {
    if (node.type === 'CallExpression' && file.path.startsWith('test/')) {
      for (const argument of node.arguments as AstNode[]) grouping.add(argument);
    }
    if (!functionTypes.has(node.type) || grouping.has(node)) return;
    const { start, end } = node.loc;
    const name = isNode(node.id) ? node.id.name : isNode(node.key) ? node.key.name : 'function';
    sizes.push({ file: file.path, line: start.line, name: String(name), lines: end.line - start.line + 1 });
  });
  return sizes;
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
