import type { ActionAnswer } from '../agent/ports.ts';
import type { ActionId } from '../model/entity.ts';

/** Answers kept, far more than are in flight; a repetition that is older is caught by the journal. */
const answersMax = 1_000;

/** Carries each action out at most once in the life of the process; a repeated id gets the first answer. */
export interface OnceEach {
  run(id: ActionId, carryOut: () => Promise<ActionAnswer>): Promise<ActionAnswer>;
  isUnderWay(id: ActionId): boolean;
}

export function onceEach(): OnceEach {
  const answers = new Map<ActionId, Promise<ActionAnswer>>();
  const underWay = new Set<ActionId>();
  return {
    run(id, carryOut) {
      const earlier = answers.get(id);
      if (earlier) return earlier;
      underWay.add(id);
      const answer = carryOut().finally(() => underWay.delete(id));
      answers.set(id, answer);
      const oldest = answers.keys().next();
      if (answers.size > answersMax && !oldest.done) answers.delete(oldest.value);
      return answer;
    },
    isUnderWay: (id) => underWay.has(id),
  };
}
