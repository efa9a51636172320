import type { ModelChange } from '../../../model/model-card.ts';

/** How one model does on one series: its error over that of "it stays as it is", null while unknown. */
export interface Standing {
  readonly model: string;
  readonly skillRatio: number | null;
}

/** Who serves one series, and who is about to. */
export interface Throne {
  champion: string;
  former: string | null;
  pinned: boolean;
  /** The challenger that leads now, and for how many steps running. */
  leader: string | null;
  ledSteps: number;
}

/** A challenger must be better by a tenth, ten steps running: the throne does not swing. */
const betterRatio = 0.9;
const stepsToLead = 10;
/** A champion that is worse than "it stays as it is" by a fifth has lost its right to serve. */
const worstRatio = 1.2;

export function createThrone(champion: string): Throne {
  return { champion, former: null, pinned: false, leader: null, ledSteps: 0 };
}

type Succession = Pick<ModelChange, 'change' | 'from' | 'to' | 'why'>;

/**
 * Crowns the challenger that has been clearly better for a while, and dethrones a champion that is worse than saying
 * nothing. A person's pin wins over both.
 * @param fallback the model that a failed champion gives way to
 */
export function succeed(throne: Throne, standings: readonly Standing[], fallback: string): Succession | null {
  if (throne.pinned) return null;
  const known = standings.flatMap(({ model, skillRatio }) => (skillRatio === null ? [] : [{ model, skillRatio }]));
  const reigning = known.find(({ model }) => model === throne.champion);
  if (reigning === undefined) return null;
  const best = known.reduce((least, one) => (one.skillRatio < least.skillRatio ? one : least));
  if (best.skillRatio < betterRatio * reigning.skillRatio) {
    throne.ledSteps = throne.leader === best.model ? throne.ledSteps + 1 : 1;
    throne.leader = best.model;
    if (throne.ledSteps < stepsToLead) return null;
    const why = `error ${percent(best.skillRatio)} of standing still, ${throne.champion} ${percent(reigning.skillRatio)}`;
    return crown(throne, best.model === fallback ? 'demoted' : 'promoted', best.model, why);
  }
  throne.leader = null;
  throne.ledSteps = 0;
  if (throne.champion === fallback || reigning.skillRatio < worstRatio) return null;
  return crown(throne, 'demoted', fallback, `error ${percent(reigning.skillRatio)} of standing still`);
}

/** Puts a model on the throne, whoever said so. */
export function crown(throne: Throne, change: ModelChange['change'], to: string, why: string): Succession {
  const from = throne.champion;
  if (from !== to) throne.former = from;
  throne.champion = to;
  throne.leader = null;
  throne.ledSteps = 0;
  return { change, from, to, why };
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(0)} %`;
}
