import { isNode, walk } from './ast.ts';
import type { Failure } from './failure.ts';
import type { SourceFile } from './source-file.ts';

/** Exports that nothing in the project imports and that stay all the same, each with its reason. */
const allowedDeadExports: Readonly<Record<string, string>> = {};

const why =
  'code that the program cannot reach costs reading and tests, and an export that nobody imports promises for nothing';

/**
 * Exported names that no other file of the program imports. A part that its own file uses may be exported for a test,
 * and a type or a list that its own file's types rest on is part of a signature.
 */
export function checkDeadExports(files: readonly SourceFile[], allowed = allowedDeadExports): Failure[] {
  const used = namesInUse(files.filter(({ path }) => !path.startsWith('test/')));
  const usedByTests = namesInUse(files.filter(({ path }) => path.startsWith('test/')));
  const dead = files
    .filter(({ path }) => !path.startsWith('test/') && !path.endsWith('.config.ts'))
    .flatMap((file) =>
      file.exports
        .filter(
          ({ name }) => !isUsed(used, file.path, name) && !usesItself(file, name, isUsed(usedByTests, file.path, name)),
        )
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
        ? 'only tests use it: delete both, or name it in tools/tidy/dead-exports.ts with a reason'
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

/** Whether the file rests on the name itself: in a type always, in a value where a test imports it besides. */
function usesItself(file: SourceFile, name: string, tested: boolean): boolean {
  const references = { types: 0, values: 0 };
  walk(file.program, (node) => {
    const typeName = node.typeName ?? node.exprName ?? (node.type === 'TSInterfaceHeritage' ? node.expression : null);
    if (isNode(typeName) && typeName.name === name) references.types += 1;
    if (node.type === 'Identifier' && node.name === name) references.values += 1;
  });
  // One of the values is the declaration.
  return references.types > 0 || (tested && references.values > 1);
}
