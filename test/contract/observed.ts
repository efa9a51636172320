import type { Collector } from '../../agent/ports.ts';
import type { InventoryPart } from '../../model/inventory.ts';
import type { InventoryObservation, Observation } from '../../model/observation.ts';

/** Lets time pass for a source that has its own; null where time passes by itself. */
export type PassTime = ((ms: number) => void) | null;

/** Everything that a started collector has said. */
export interface Watched {
  readonly observations: Observation[];
  readonly problems: string[];
  /** Waits until what was said satisfies the condition; the test's own timeout ends a wait that is in vain. */
  until(holds: () => boolean): Promise<void>;
}

const stepMs = 500;

export function watch(collector: Collector, passTime: PassTime): Watched {
  const observations: Observation[] = [];
  const problems: string[] = [];
  let wake = (): void => {};
  collector.start(
    (batch) => {
      observations.push(...batch);
      wake();
    },
    (problem) => {
      problems.push(problem);
      wake();
    },
  );
  return {
    observations,
    problems,
    async until(holds) {
      while (!holds()) {
        if (passTime) passTime(stepMs);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

/** Calls something that answers through a callback, letting time pass until it has. */
export async function answerOf<Answer>(passTime: PassTime, ask: (done: (answer: Answer) => void) => void) {
  const answers: Answer[] = [];
  await new Promise<void>((resolve) => {
    ask((answer) => {
      answers.push(answer);
      resolve();
    });
    for (let step = 0; passTime && answers.length === 0 && step < 1_000; step += 1) passTime(stepMs);
  });
  return answers[0]!;
}

export const inventories = (observations: readonly Observation[]): InventoryObservation[] =>
  observations.filter((observation) => observation.kind === 'inventory');

export function lastPart(observations: readonly Observation[]): InventoryPart | undefined {
  return inventories(observations).at(-1)?.part;
}
