import { fieldName, type Mistake } from '../../agent/config/document.ts';
import { byNearness, nearestWord } from '../../agent/config/nearest-word.ts';
import type { EntityKind } from '../../model/entity.ts';
import { otherEntity, type Sketch } from './sketch.ts';

export type Path = readonly PropertyKey[];

/** Most names that a hint lists. */
const namesShown = 12;

/** A value that does not go with the others. Every message says of which field it speaks. */
export function invalid(path: Path, message: string, hint: string): Mistake {
  return { code: 'SCENARIO_INVALID', path, message: `${fieldName(path)}: ${message}`, hint };
}

/** A name that nothing bears. */
export function dangling(path: Path, message: string, hint: string): Mistake {
  return { code: 'SCENARIO_REFERENCE', path, message: `${fieldName(path)}: ${message}`, hint };
}

/** Says what there is, the nearest names first, and how many are left out. */
export function knownHint(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  const shown = byNearness(name, known).slice(0, namesShown);
  const rest = known.length > shown.length ? ` and ${known.length - shown.length} more` : '';
  return `${near === null ? '' : `did you mean ${near}? `}known: ${shown.join(', ') || 'none'}${rest}`;
}

/** `who` must be one of these kinds, and is another one or nothing at all. */
export function unknownEntity(
  name: string,
  { kinds, path, who }: { readonly kinds: readonly EntityKind[]; readonly path: Path; readonly who: string },
  { ids }: Sketch,
): Mistake {
  const hint = knownHint(
    name,
    kinds.flatMap((kind) => ids[kind]),
  );
  const other = otherEntity(ids, name);
  if (other === null) return dangling(path, `there is no ${anyOf(kinds)} ${name}`, hint);
  const message = `${who} ${withArticle(anyOf(kinds))}, and ${name} is ${withArticle(other.kind)}`;
  return dangling(path, message, hint);
}

/** `node, zone or site`. */
export function anyOf(kinds: readonly string[]): string {
  return kinds.length < 2 ? kinds.join('') : `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
}

export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
