import { posix } from 'node:path';
import { parse } from '@babel/parser';
import { type AstNode, childrenOf, isNode } from './ast.ts';

/** What the rules look at, read once per file. Paths are relative to the project, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly program: AstNode;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
}

export interface Import {
  /** A path in the project, or the specifier of a package (`zod`, `node:fs`). */
  readonly target: string;
  readonly inProject: boolean;
  /** Imported names; `*` for a namespace, a dynamic import or a side effect. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Export {
  readonly name: string;
  readonly line: number;
  readonly isType: boolean;
}

export function readSourceFile(path: string, text: string): SourceFile {
  const plugins: ('typescript' | 'jsx')[] = path.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'];
  const program = parse(text, { sourceType: 'module', plugins }).program as unknown as AstNode;
  const found: { imports: Import[]; exports: Export[] } = { imports: [], exports: [] };
  for (const statement of program.body as AstNode[]) readStatement(path, statement, found);
  readDynamicImports(path, program, found.imports);
  return { path, lines: text.trimEnd().split('\n').length, program, ...found };
}

function readStatement(path: string, statement: AstNode, found: { imports: Import[]; exports: Export[] }): void {
  const line = statement.loc.start.line;
  if (isNode(statement.source)) {
    const specifiers = (statement.specifiers ?? []) as AstNode[];
    const names = specifiers.map((specifier) => nameOf(specifier.imported ?? specifier.local) ?? '*');
    const everything = specifiers.length === 0 || specifiers.some(({ type }) => type.includes('Namespace'));
    const isDefault = specifiers.some(({ type }) => type === 'ImportDefaultSpecifier');
    const from = resolveTarget(path, statement.source.value as string);
    found.imports.push({ ...from, names: everything ? ['*'] : isDefault ? ['default', ...names] : names, line });
  }
  if (statement.type === 'ExportDefaultDeclaration') found.exports.push({ name: 'default', line, isType: false });
  if (statement.type !== 'ExportNamedDeclaration') return;
  for (const specifier of (statement.specifiers ?? []) as AstNode[]) {
    const isType = statement.exportKind === 'type' || specifier.exportKind === 'type';
    found.exports.push({ name: nameOf(specifier.exported) ?? '*', line, isType });
  }
  const declaration = statement.declaration;
  if (!isNode(declaration)) return;
  const isType = declaration.type === 'TSInterfaceDeclaration' || declaration.type === 'TSTypeAliasDeclaration';
  for (const name of declaredNames(declaration)) found.exports.push({ name, line, isType });
}

function declaredNames(declaration: AstNode): string[] {
  const own = nameOf(declaration.id);
  if (own !== null) return [own];
  return ((declaration.declarations ?? []) as AstNode[]).flatMap(({ id }) => boundNames(id as AstNode));
}

function boundNames(pattern: AstNode): string[] {
  const own = nameOf(pattern);
  if (own !== null) return [own];
  const parts = (pattern.properties ?? pattern.elements ?? []) as (AstNode | null)[];
  return parts.flatMap((part) => (part === null ? [] : boundNames((part.value ?? part.argument ?? part) as AstNode)));
}

/** `import('./x.ts')` as an expression or as a type: whatever it exports counts as used. */
function readDynamicImports(path: string, node: AstNode, imports: Import[]): void {
  const argument = node.type === 'CallExpression' ? (node.arguments as AstNode[])[0] : (node.source ?? node.argument);
  const isImport =
    node.type === 'ImportExpression' ||
    node.type === 'TSImportType' ||
    (isNode(node.callee) && node.callee.type === 'Import');
  if (isImport && isNode(argument)) {
    const literal = isNode(argument.literal) ? argument.literal : argument;
    if (typeof literal.value === 'string') {
      imports.push({ ...resolveTarget(path, literal.value), names: ['*'], line: node.loc.start.line });
    }
  }
  for (const child of childrenOf(node)) readDynamicImports(path, child, imports);
}

function resolveTarget(from: string, specifier: string): { target: string; inProject: boolean } {
  if (!specifier.startsWith('.')) return { target: specifier, inProject: false };
  return { target: posix.join(posix.dirname(from), specifier), inProject: true };
}

function nameOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'Identifier') return node.name as string;
  return node.type === 'StringLiteral' ? (node.value as string) : null;
}
