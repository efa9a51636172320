/** Two usual deviations on either side of a level. */
export interface UsualBand {
  readonly low: number;
  readonly high: number;
}

/**
 * One way of asking how strange a value is. `update` judges the value against the past and only then learns from it;
 * the answer is in usual steps: about 1 for an ordinary deviation, 0 where the family has nothing to say yet.
 * Values are finite; times need not be regular.
 */
export interface Family {
  readonly name: string;
  /** What it expected in place of the value that it judged last; absent where it expects no value. */
  readonly expected?: UsualBand | null;
  update(value: number, atMs: number): number;
  /** How far off its answer says that a value is, for a person. */
  inWords(steps: number): string;
}
