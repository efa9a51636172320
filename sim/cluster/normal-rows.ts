import type { RandomStream } from '../kernel/random.ts';

const drawnAhead = 16;

/**
 * Standard normal numbers for many rows, each from a stream of its own: what the stream would give, in its order, but
 * drawn some ahead. Those of the same turn lie side by side, so that a tick passes over them and visits few streams.
 */
export class NormalRows {
  readonly #streams: RandomStream[] = [];
  #turns = Array.from({ length: drawnAhead }, () => new Float64Array(64));
  #left = new Uint8Array(64);

  /** @param stream from which nobody else may draw. Returns the number of the row. */
  addRow(stream: RandomStream): number {
    const row = this.#streams.push(stream) - 1;
    if (row === this.#left.length) {
      const [turns, left] = [this.#turns, this.#left];
      this.#turns = turns.map((turn) => {
        const longer = new Float64Array(2 * row);
        longer.set(turn);
        return longer;
      });
      this.#left = new Uint8Array(2 * row);
      this.#left.set(left);
    }
    return row;
  }

  next(row: number): number {
    const left = this.#left[row]! || this.#draw(row);
    this.#left[row] = left - 1;
    return this.#turns[drawnAhead - left]![row]!;
  }

  #draw(row: number): number {
    const stream = this.#streams[row]!;
    for (const turn of this.#turns) turn[row] = stream.normal();
    return drawnAhead;
  }
}
