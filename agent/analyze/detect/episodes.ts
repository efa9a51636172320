/** Rows during which one alert was up, both ends included. */
export interface Episode {
  readonly firstRow: number;
  lastRow: number;
}

export interface EpisodeRules {
  /** An alert begins when the level reaches this. */
  readonly raiseAt: number;
  /** It ends once the level has stayed below `raiseAt` for more than this many rows. */
  readonly quietRows: number;
  /** An alert that lasts longer ends: what stays is the new normal, and people know by then. */
  readonly rowsMax: number;
}

/** Turns a stream of levels into alert episodes, row by row: a gap in the evidence does not split an alert. */
export class EpisodeTracker {
  readonly episodes: Episode[] = [];
  readonly #rules: EpisodeRules;
  #row = -1;
  #lastHotRow = Number.NEGATIVE_INFINITY;

  constructor(rules: EpisodeRules) {
    this.#rules = rules;
  }

  /** @returns whether an alert is up at this row */
  push(level: number): boolean {
    this.#row++;
    if (!(level >= this.#rules.raiseAt)) return false;
    const quietFor = this.#row - this.#lastHotRow - 1;
    this.#lastHotRow = this.#row;
    const current = this.episodes.at(-1);
    if (current === undefined || quietFor > this.#rules.quietRows) {
      this.episodes.push({ firstRow: this.#row, lastRow: this.#row });
      return true;
    }
    if (this.#row - current.firstRow >= this.#rules.rowsMax) return false;
    current.lastRow = this.#row;
    return true;
  }
}
