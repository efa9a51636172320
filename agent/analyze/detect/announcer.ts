/**
 * Says each strange thing once. A score passes only when it exceeds everything within the last `memoryRows` by
 * `margin`; the rest of the same event, and repeats of it, stay silent. People read one alert per event, and
 * detectors that repeat themselves are muted.
 */
export class Announcer {
  readonly #memoryRows: number;
  readonly #margin: number;
  /** Rows and scores of the running maximum, scores descending (Lemire 2006, monotonic queue). */
  #rows: number[] = [];
  #scores: number[] = [];
  #row = 0;

  constructor(memoryRows: number, margin: number) {
    this.#memoryRows = memoryRows;
    this.#margin = margin;
  }

  /** @returns the score where it is news, else 0 */
  push(score: number): number {
    const row = this.#row++;
    while (this.#rows.length > 0 && this.#rows[0]! < row - this.#memoryRows) {
      this.#rows.shift();
      this.#scores.shift();
    }
    const passes = score > (this.#scores[0] ?? 0) + this.#margin;
    while (this.#scores.length > 0 && this.#scores.at(-1)! <= score) {
      this.#rows.pop();
      this.#scores.pop();
    }
    this.#rows.push(row);
    this.#scores.push(score);
    return passes ? score : 0;
  }
}
