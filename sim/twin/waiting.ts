/** Steps before now in which waiting messages may have come; older ones count as that old: ten minutes. */
export const pastSteps = 60;

/** Messages by the step in which they came: what came, what is left, and the oldest step with any left. */
export interface Waiting {
  /** Steps that there is room for; the room itself is made when anything waits, as in most lanes nothing ever does. */
  readonly length: number;
  came: Float64Array;
  left: Float64Array;
  head: number;
  total: number;
}

const noRoom = new Float64Array(0);

/** Nobody waits yet; room for what comes in so many steps from now. */
export function nothingWaiting(steps: number): Waiting {
  const length = pastSteps + steps;
  return { length, came: noRoom, left: noRoom, head: length, total: 0 };
}

export function put(waiting: Waiting, step: number, count: number): void {
  if (count <= 0) return;
  if (waiting.left.length === 0) {
    waiting.came = new Float64Array(waiting.length);
    waiting.left = new Float64Array(waiting.length);
  }
  waiting.came[step]! += count;
  waiting.left[step]! += count;
  waiting.total += count;
  if (step < waiting.head) waiting.head = step;
}

/** Messages that have come evenly until now, the first of them `ageMs` ago. */
export function putPast(waiting: Waiting, count: number, ageMs: number, stepMs: number): void {
  if (count <= 0) return;
  const overSteps = Math.min(pastSteps, Math.max(ageMs / stepMs, 1e-3));
  const perStep = count / overSteps;
  for (let back = 1; back <= Math.ceil(overSteps); back++) {
    const step = pastSteps - back;
    const share = Math.min(1, overSteps - back + 1);
    put(waiting, step, perStep * share);
    // As if its older part had gone.
    waiting.came[step]! += perStep * (1 - share);
  }
}

/** Parts of a message, left over by rounding. */
const dust = 1e-6;

/** Takes the oldest first. */
export function take(waiting: Waiting, count: number): void {
  let room = Math.min(count, waiting.total);
  waiting.total -= room;
  // Also past steps in which nothing came, so that the head is a step with something left.
  while (waiting.head < waiting.length && (room > dust || waiting.left[waiting.head]! <= dust)) {
    const taken = Math.min(room, waiting.left[waiting.head]!);
    room -= taken;
    waiting.left[waiting.head]! -= taken;
    if (waiting.left[waiting.head]! > dust) return;
    waiting.left[waiting.head] = 0;
    waiting.head++;
  }
  if (waiting.total <= dust) waiting.total = 0;
}

/** Age of the oldest at the end of step `step`, ms; 0 when nothing waits. */
export function oldestMs(waiting: Waiting, step: number, stepMs: number): number {
  if (waiting.total <= dust || waiting.head > pastSteps + step) return 0;
  const share = waiting.left[waiting.head]! / waiting.came[waiting.head]!;
  return (pastSteps + step - waiting.head + share) * stepMs;
}

export function pour(from: Waiting, to: Waiting): void {
  for (let s = from.head; s < from.length; s++) put(to, s, from.left[s]!);
  empty(from);
}

export function empty(waiting: Waiting): void {
  waiting.left.fill(0, waiting.head);
  waiting.came.fill(0, waiting.head);
  waiting.head = waiting.length;
  waiting.total = 0;
}
