import type { Scenario } from '../scenario.ts';
import type { Temper } from './temper.ts';

/** What a seed is played without: one of its faults by its id, or one kind of trouble by its name. */
export type Cut = string;

/** Every kind of trouble, and the temper without it. A seed whose temper already lacks it has nothing to leave out. */
const troubles: Readonly<Record<string, Partial<Temper>>> = {
  crashes: { crash: 0 },
  stalls: { stall: 0 },
  usurpers: { usurp: 0 },
  stops: { stop: 0 },
  'lost-calls': { lostCalls: 0 },
  pauses: { pausesAtMost: 0 },
  meddling: { meddlingsAtMost: 0 },
  objections: { objections: 0 },
  clocks: { clocks: 'right' },
  'strict-policy': { strict: 'nothing' },
  'other-processes': { members: 1 },
};

/**
 * What may be left out of a seed, wide cuts first. Its last fault, the probe, is not one of them.
 */
export function cutsOf(temper: Temper, { faults }: Scenario): Cut[] {
  const kinds = Object.entries(troubles).flatMap(([name, calm]) =>
    Object.entries(calm).some(([key, value]) => temper[key as keyof Temper] !== value) ? [name] : [],
  );
  return [...kinds, ...faults.slice(0, -1).map(({ id }) => id)];
}

export function calmed(temper: Temper, without: ReadonlySet<Cut>): Temper {
  const calm = Object.entries(troubles).flatMap(([name, part]) => (without.has(name) ? [part] : []));
  return Object.assign({}, temper, ...calm);
}

export function thinned(scenario: Scenario, without: ReadonlySet<Cut>): Scenario {
  return { ...scenario, faults: scenario.faults.filter(({ id }) => !without.has(id)) };
}
