import { isMap, type LineCounter, type Node } from 'yaml';

/** Tells of one mistake at a path of the file. */
export type Report = (code: string, path: Path, message: string, hint: string) => void;
export type Path = readonly (string | number)[];

interface FlatIssue {
  readonly path: (string | number)[];
  readonly message: string;
  readonly hint: string;
}

interface ZodLikeIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly ZodLikeIssue[])[];
}

/** One entry per unknown key, and for a union the mistakes of the form that fits best. */
export function flattenIssues(issues: readonly unknown[], above: (string | number)[] = []): FlatIssue[] {
  return (issues as readonly ZodLikeIssue[]).flatMap((issue): FlatIssue[] => {
    const path = [...above, ...(issue.path as (string | number)[])];
    if (issue.code === 'unrecognized_keys')
      return (issue.keys ?? []).map((key) => ({
        path: [...path, key],
        message: `unknown key ${key}`,
        hint: 'remove it or correct its spelling',
      }));
    if (issue.code === 'invalid_union' && issue.errors !== undefined && issue.errors.length > 0) {
      const best = [...issue.errors].sort((a, b) => weight(a) - weight(b))[0]!;
      return flattenIssues(best, path);
    }
    return [{ path, ...explain(issue) }];
  });
}

/** How far a value is from one form of a union. */
function weight(issues: readonly ZodLikeIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.keys?.length ?? 1), 0);
}

function explain(issue: ZodLikeIssue): { readonly message: string; readonly hint: string } {
  if (issue.code === 'invalid_value' && issue.values !== undefined)
    return { message: 'is not a value that is known here', hint: `one of: ${issue.values.join(', ')}` };
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return { message: 'is missing', hint: `add it: a ${issue.expected ?? 'value'}` };
  if (issue.code === 'invalid_type')
    return { message: `must be a ${issue.expected}`, hint: 'quote texts, leave numbers bare' };
  return { message: issue.message, hint: 'see the scenario schema' };
}

export interface Place {
  readonly line: number;
  readonly col: number;
}

/** Where the deepest part of the path that the file has stands; a key stands for its value. */
export function placeOf(root: unknown, lines: LineCounter, path: Path): Place {
  let node = root as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    if (node === null || typeof node !== 'object' || !('get' in node)) break;
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(part));
      const keyRange = (pair?.key as Node | undefined)?.range;
      if (keyRange) offset = keyRange[0];
    }
    const next = (node as { get(key: unknown, keep: boolean): unknown }).get(part, true) as Node | undefined;
    if (next === undefined) break;
    if (!isMap(node)) offset = next.range?.[0] ?? offset;
    node = next;
  }
  return lines.linePos(offset);
}
