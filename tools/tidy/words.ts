import { walk } from './ast.ts';
import type { Failure } from './failure.ts';
import type { SourceFile } from './source-file.ts';

const emptyWords = /(^|[-./])(utils?|helpers?|manager|misc|common|impl|stuff)([-./]|$)/;
const emptyNames = /(Utils?|Helpers?|Manager|Impl)$/;
const declarations = new Set([
  'FunctionDeclaration',
  'ClassDeclaration',
  'VariableDeclarator',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
]);

const why = 'such a word says nothing about what is inside, so anything ends up there';

/** File names and declared names without a meaning, and tests that would silence all the others. */
export function checkWords(file: SourceFile): Failure[] {
  const failures: Failure[] = [];
  const fail = (line: number, rule: string, because: string, instead: string) =>
    failures.push({ file: file.path, line, rule, why: because, instead });
  if (emptyWords.test(file.path)) fail(1, 'banned-word in a file name', why, 'name the file for its main export');
  walk(file.program, (node) => {
    const id = (node.id ?? null) as { name?: unknown } | null;
    if (declarations.has(node.type) && typeof id?.name === 'string' && emptyNames.test(id.name)) {
      fail(node.loc.start.line, `banned-word in the name ${id.name}`, why, 'name it for what it does');
    }
    const property = (node.property ?? null) as { name?: unknown } | null;
    const object = (node.object ?? null) as { name?: unknown } | null;
    const focused = property?.name === 'only' && /^(test|it|describe)$/.test(String(object?.name));
    if (focused) fail(node.loc.start.line, 'focused test', 'it silences every other test of its file', 'drop `.only`');
  });
  return failures;
}
