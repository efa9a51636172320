/** The little that the rules need to know about a syntax tree: every node has a type, a place and children. */
export interface AstNode {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly [property: string]: unknown;
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as AstNode).type === 'string' && 'loc' in value;
}

export function childrenOf(node: AstNode): AstNode[] {
  return Object.entries(node)
    .filter(([property]) => !property.endsWith('Comments') && property !== 'tokens')
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

/** Visits a node and everything below it, parents first. */
export function walk(node: AstNode, visit: (node: AstNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

/** `Date.now` for a member expression of two plain names, else null. */
export function dottedName(node: unknown): string | null {
  if (!isNode(node) || node.type !== 'MemberExpression' || node.computed === true) return null;
  const { object, property } = node;
  if (!isNode(object) || object.type !== 'Identifier' || !isNode(property)) return null;
  return `${object.name as string}.${property.name as string}`;
}
