/**
 * One way of asking how strange a value is. `update` judges the value against the past and only then learns from it;
 * the answer is in usual steps: about 1 for an ordinary deviation, 0 where the family has nothing to say yet.
 * Values are finite; times need not be regular.
 */
export interface Family {
  readonly name: string;
  update(value: number, atMs: number): number;
}
