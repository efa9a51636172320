import { pick, seeded } from './random.ts';

/** Seeded choices, bound to one source of numbers. */
export interface Choices {
  /** Uniform in 0..below-1. */
  readonly int: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item;
}

export function choicesOf(seed: number): Choices {
  const next = seeded(seed);
  return {
    int: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (items) => pick(next, items),
  };
}
