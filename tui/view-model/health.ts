import { entityKey } from '../../model/entity.ts';
import type { Picture } from './picture.ts';
import { type Cell, cell } from './table.ts';
import type { Style } from './text.ts';

/** `unknown` is a state of its own: what was not seen for a minute is never drawn as good. */
export type Health = 'ok' | 'warn' | 'acting' | 'down' | 'unknown';

/** How much of a thing runs. */
export type Up = 'all' | 'some' | 'none';

/** Age of the newest data beyond which nothing is known, ms. */
export const dataAgeMaxMs = 60_000;

const shown: Readonly<Record<Health, { readonly mark: string; readonly word: string; readonly style: Style }>> = {
  ok: { mark: '..', word: 'ok', style: 'good' },
  warn: { mark: '! ', word: 'warn', style: 'warn' },
  acting: { mark: 'A ', word: 'acting', style: 'acting' },
  down: { mark: 'X ', word: 'down', style: 'bad' },
  unknown: { mark: '? ', word: 'unknown', style: 'dim' },
};

/** How a set of entities is: by what the agent does to them, what stands against them, and how fresh the data is. */
export function healthOf(picture: Picture, entities: ReadonlySet<string>, up: Up): Health {
  const { knowledge } = picture;
  if (isBlind(picture)) return 'unknown';
  const isActing = [...knowledge.decisions.values()].some(
    ({ actions, outcome }) =>
      outcome === null && [...actions.values()].some(({ spec }) => entities.has(entityKey(spec.target))),
  );
  if (isActing) return 'acting';
  const raised = [...knowledge.signals.values()].filter((signal) => entities.has(entityKey(signal.entity)));
  if (up === 'none') return 'down';
  return up === 'some' || raised.some((signal) => signal.severity !== 'info') ? 'warn' : 'ok';
}

/** Whether no collector has fresh data. */
function isBlind({ status }: Picture): boolean {
  const ages = Object.values(status?.dataAgeMs ?? {});
  return ages.length === 0 || ages.every((age) => age === null || age > dataAgeMaxMs);
}

export function healthCell(health: Health): Cell {
  const { mark, word, style } = shown[health];
  return cell(`${mark} ${word}`, style);
}

export function healthMark(health: Health): { readonly mark: string; readonly style: Style } {
  return shown[health];
}
