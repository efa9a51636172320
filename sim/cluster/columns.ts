/**
 * Numbers of many alike things: one array per quantity and one row per thing. A tick passes over all rows, and objects
 * with their boxed doubles would send it to memory for each. Rows are only added, at the end.
 */
export class Columns<Name extends string> {
  /** By name. Growing replaces the arrays, so that nobody may keep one past a tick. */
  readonly of: Record<Name, Float64Array>;
  #rows = 0;

  constructor(names: readonly Name[]) {
    this.of = Object.fromEntries(names.map((name) => [name, new Float64Array(64)])) as Record<Name, Float64Array>;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds a row of zeros, or of what stands in row `like`; returns its number. */
  addRow(like: number | null = null): number {
    const row = this.#rows++;
    for (const [name, column] of Object.entries(this.of) as [Name, Float64Array][]) {
      if (row === column.length) {
        this.of[name] = new Float64Array(2 * row);
        this.of[name].set(column);
      }
      if (like !== null) this.of[name][row] = column[like]!;
    }
    return row;
  }
}
