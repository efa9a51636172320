import { isNode, walk } from './ast.ts';
import type { Failure } from './failure.ts';
import type { SourceFile } from './source-file.ts';

/** Exports that nothing in the project imports and that stay all the same, each with its reason. */
export const allowedDeadExports: Readonly<Record<string, string>> = {};

const why = 'an export is a promise; one that nobody uses is dead code, or an inner part pulled out for a test';

/** Exported names that no other file outside the tests imports. A type that its own file uses is part of a signature. */
export function checkDeadExports(files: readonly SourceFile[], allowed = allowedDeadExports): Failure[] {
  const used = namesInUse(files.filter(({ path }) => !path.startsWith('test/')));
  const usedByTests = namesInUse(files.filter(({ path }) => path.startsWith('test/')));
  const dead = files
    .filter(({ path }) => !path.startsWith('test/') && !path.endsWith('.config.ts'))
    .flatMap((file) =>
      file.exports
        .filter(({ name, isType }) => !isUsed(used, file.path, name) && !(isType && namesOwnType(file, name)))
        .map((found) => ({ file: file.path, key: `${file.path}#${found.name}`, ...found })),
    );
  const failures = dead
    .filter(({ key }) => !Object.hasOwn(allowed, key))
    .map(({ file, line, name }) => ({
      file,
      line,
      rule: `dead-export: ${name}`,
      why,
      instead: isUsed(usedByTests, file, name)
        ? 'only tests import it: test through what the program uses, or name it in tools/tidy/dead-exports.ts with a reason'
        : 'delete it, or drop the word `export` if its own file uses it',
    }));
  const deadKeys = new Set(dead.map(({ key }) => key));
  const stale = Object.keys(allowed).filter((key) => !deadKeys.has(key));
  return [...failures, ...stale.map(staleFailure)];
}

function staleFailure(key: string): Failure {
  return {
    file: 'tools/tidy/dead-exports.ts',
    line: 1,
    rule: `dead-export: ${key} is allowed, but it is in use or gone`,
    why: 'a list of exceptions that only grows stops meaning anything',
    instead: 'take the entry out',
  };
}

function namesInUse(files: readonly SourceFile[]): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const { imports } of files) {
    for (const { target, inProject, names } of imports) {
      if (!inProject) continue;
      const ofTarget = used.get(target) ?? new Set();
      for (const name of names) ofTarget.add(name);
      used.set(target, ofTarget);
    }
  }
  return used;
}

function isUsed(used: Map<string, Set<string>>, path: string, name: string): boolean {
  const names = used.get(path);
  return names !== undefined && (names.has(name) || names.has('*'));
}

/** Whether the file refers to the type by name, besides declaring it. */
function namesOwnType(file: SourceFile, name: string): boolean {
  let references = 0;
  walk(file.program, (node) => {
    if (node.type !== 'TSTypeReference' && node.type !== 'TSInterfaceHeritage') return;
    const typeName = node.typeName ?? node.expression;
    if (isNode(typeName) && typeName.name === name) references += 1;
  });
  return references > 0;
}
