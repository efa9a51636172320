import type { PastAction } from './facts.ts';

/** What one rule has to show for one playbook and class of target. */
export interface TrackRecord {
  readonly succeeded: number;
  readonly failed: number;
  /** Lower bound of the success probability, 0..1. */
  readonly lowerBound: number;
  /** A failure since the last reset by a person: autonomy is off until the next one. */
  readonly demoted: boolean;
}

/** Records by `recordKey`. */
export type TrackRecords = ReadonlyMap<string, TrackRecord>;

/** Key of a record: rule, playbook and class of target (the role, or the kind where there is none). */
export function recordKey(rule: string, playbook: string, targetClass: string): string {
  return `${rule} ${playbook} ${targetClass}`;
}

export const noRecord: TrackRecord = { succeeded: 0, failed: 0, lowerBound: 0, demoted: false };

/**
 * Folds past actions, oldest first, into one record. One decision counts once, however many actions it had; undo, acts
 * of people and outcomes where doing nothing would have recovered earn nothing. A failure always counts.
 * @param resetAtMs when a person last reset this record; what came before is forgotten
 */
export function foldTrackRecord(history: readonly PastAction[], resetAtMs: number): TrackRecord {
  const judged = new Map<string, 'succeeded' | 'failed'>();
  for (const past of history) {
    if (past.by !== 'agent' || past.purpose !== 'apply' || past.outcome === null || past.atMs < resetAtMs) continue;
    const key = past.decisionId ?? `${past.atMs}`;
    if (isBad(past)) judged.set(key, 'failed');
    else if (past.outcome === 'succeeded' && past.counts && !judged.has(key)) judged.set(key, 'succeeded');
  }
  const results = [...judged.values()];
  const failed = results.filter((result) => result === 'failed').length;
  const succeeded = results.length - failed;
  return { succeeded, failed, lowerBound: wilsonLowerBound(succeeded, results.length), demoted: failed > 0 };
}

/** Whether it takes earned autonomy away, until a person resets the record. */
export function isBad(past: Pick<PastAction, 'outcome' | 'ineffective'>): boolean {
  return past.outcome === 'failed' || past.outcome === 'error' || past.ineffective;
}

/** 1.96 standard errors: 95 % two-sided. */
const z95 = 1.959964;

/**
 * Lower end of the 95 % score interval for a proportion, after E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", JASA 22 (1927). 5 of 5 gives 0.566; none of none gives 0.
 */
export function wilsonLowerBound(succeeded: number, total: number): number {
  if (total === 0) return 0;
  const share = succeeded / total;
  const z2 = z95 * z95;
  const centre = share + z2 / (2 * total);
  const spread = z95 * Math.sqrt((share * (1 - share) + z2 / (4 * total)) / total);
  return Math.max(0, (centre - spread) / (1 + z2 / total));
}
