/** One reading of a thing that can fail: attribute values at a moment of its own life. */
export interface Reading {
  /** Hours the thing has been powered on. */
  readonly hour: number;
  /** In the order of the model's attributes; NaN where the attribute is not reported. */
  readonly values: readonly number[];
}

/** Everything known about one thing (a disk, an instance, a node), oldest reading first. */
export interface History {
  /** Kind of thing, such as the disk's model; unknown kinds get the average risk. */
  readonly kind: string;
  readonly sizeTb: number;
  readonly readings: readonly Reading[];
}
