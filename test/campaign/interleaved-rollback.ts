/*
 * A rollback as ADR 8 has it, on the small cluster of the interleavings: the engine takes one member at a time, the ones
 * that are down first, and goes on by itself once the call has left, whatever people do meanwhile.
 */

/** How long one member is away, and how long the engine waits for it, ms. */
const replacedMs = 20_000;
const readyWithinMs = 30_000;

export interface Rollback {
  readonly waiting: string[];
  readonly replaced: string[];
  readonly downAtFirst: number;
  /** The member that is away now, and since when. */
  current: { readonly id: string; readonly sinceMs: number } | null;
}

/** When each instance that is down comes back. */
export type Away = Map<string, number>;

export function beginRollback(members: readonly string[], away: Away): Rollback {
  return { waiting: [...members], replaced: [], downAtFirst: downOf(members, away), current: null };
}

/**
 * Lets the engine go on up to `untilMs`. `taken` hears of each healthy member just before and just after it is taken.
 * @returns false once it has ended, at the last member or early
 */
export function goOn(rollback: Rollback, away: Away, untilMs: number, taken: (take: () => void) => void): boolean {
  let nowMs = rollback.current?.sinceMs ?? untilMs;
  for (;;) {
    const { current } = rollback;
    if (current !== null) {
      const backAtMs = away.get(current.id) ?? nowMs;
      if (Math.min(backAtMs, current.sinceMs + readyWithinMs) > untilMs) return true;
      nowMs = Math.max(nowMs, Math.min(backAtMs, current.sinceMs + readyWithinMs));
    }
    comeBack(away, nowMs);
    // What somebody keeps down cannot be replaced: it is left out, and takes up the version when it starts.
    const able = rollback.waiting.filter((id) => away.get(id) !== Number.POSITIVE_INFINITY);
    const next = able.find((id) => away.has(id)) ?? able[0];
    if (next === undefined || mustEnd(rollback, away, next)) return false;
    rollback.waiting.splice(rollback.waiting.indexOf(next), 1);
    rollback.replaced.push(next);
    rollback.current = { id: next, sinceMs: nowMs };
    const take = () => away.set(next, nowMs + replacedMs);
    if (away.has(next)) take();
    else taken(take);
  }
}

function mustEnd({ waiting, replaced, downAtFirst }: Rollback, away: Away, next: string): boolean {
  if (replaced.some((id) => away.has(id))) return true;
  return !away.has(next) && downOf([...waiting, ...replaced], away) > downAtFirst;
}

/** Whatever was to be back by now is back. */
export function comeBack(away: Away, nowMs: number): void {
  for (const [id, atMs] of away) if (atMs <= nowMs) away.delete(id);
}

function downOf(members: readonly string[], away: Away): number {
  return members.filter((id) => away.has(id)).length;
}
