import type { Family } from './family.ts';
import { ValueHistory } from './value-history.ts';

export interface MotifRules {
  /** Rows averaged into one point of a shape. */
  readonly rowsPerPoint: number;
  readonly pointsPerShape: number;
  /** Shapes kept; the oldest go first. Time per row grows with it, at most `shapesMax x points` steps. */
  readonly shapesMax: number;
}

/**
 * Novelty of shape: distance of the last few averaged points from the nearest earlier shape, in units of its 99 %
 * quantile so far. A causal left matrix profile without per-window normalisation (Yeh et al. 2016; Lu et al. 2022,
 * "Matrix profile XXIV: DAMP"), so that a known shape at a new level is new too. Distances are abandoned as soon as
 * they exceed the best (Keogh and Ratanamahatana 2005), and the search starts at the newest shapes.
 */
export class Motif implements Family {
  readonly name: string;
  readonly #rules: MotifRules;
  readonly #shapes: Float64Array;
  readonly #range = new ValueHistory(4096, 'even');
  readonly #distances = new ValueHistory(4096, 'even');
  readonly #current: Float64Array;
  #shapeCount = 0;
  #points = 0;
  #sum = 0;
  #summed = 0;
  #steps = 0;

  constructor(rules: MotifRules) {
    this.name = `motif-${rules.rowsPerPoint}`;
    this.#rules = rules;
    this.#shapes = new Float64Array(rules.shapesMax * rules.pointsPerShape);
    this.#current = new Float64Array(rules.pointsPerShape);
  }

  update(value: number): number {
    this.#range.push(value);
    this.#sum += value;
    if (++this.#summed < this.#rules.rowsPerPoint) return this.#steps;
    this.#current.copyWithin(0, 1);
    this.#current[this.#current.length - 1] = this.#sum / this.#summed;
    this.#sum = 0;
    this.#summed = 0;
    if (++this.#points >= this.#rules.pointsPerShape) this.#steps = this.#judge();
    return this.#steps;
  }

  inWords(steps: number): string {
    return `a shape ${steps.toFixed(1)} times as far from every earlier one as usual`;
  }

  #judge(): number {
    const { pointsPerShape, shapesMax } = this.#rules;
    const known = this.#shapeCount - pointsPerShape; // shapes that overlap the current one do not count
    let steps = 0;
    if (known >= 10) {
      const range =
        this.#range.quantile(0.98) - this.#range.quantile(0.02) + 1e-3 * Math.abs(this.#range.quantile(0.98));
      const distance = Math.sqrt(this.#nearest(known) / pointsPerShape) / (range + 1e-9);
      // Below a hundredth of the range nothing is novel, however regular the past.
      if (this.#distances.size >= 15) steps = distance / Math.max(this.#distances.quantile(0.99), 0.01);
      this.#distances.push(distance);
    }
    this.#shapes.set(this.#current, (this.#shapeCount % shapesMax) * pointsPerShape);
    this.#shapeCount++;
    return steps;
  }

  /** Least sum of squared differences to the shapes before `known`, newest first. */
  #nearest(known: number): number {
    const { pointsPerShape, shapesMax } = this.#rules;
    const shapes = this.#shapes;
    const current = this.#current;
    const oldest = Math.max(0, this.#shapeCount - shapesMax);
    let best = Number.POSITIVE_INFINITY;
    for (let k = known - 1; k >= oldest; k--) {
      const base = (k % shapesMax) * pointsPerShape;
      let sum = 0;
      for (let q = 0; q < pointsPerShape && sum < best; q++) {
        const difference = current[q]! - shapes[base + q]!;
        sum += difference * difference;
      }
      if (sum < best) best = sum;
    }
    return best;
  }
}
