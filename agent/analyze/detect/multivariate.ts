import { type FittedChannel, type MultivariateModel, standardise } from './multivariate-model.ts';
import { RollingMean } from './rolling-mean.ts';
import { residualOf } from './subspace.ts';

export interface MultivariateJudgement {
  /** Evidence averaged over `scoreRows`; 0 is usual, larger is stranger. Good for ranking moments. */
  readonly score: number;
  /** Evidence averaged over the shorter `alertRows`. Good for raising an alert early. */
  readonly level: number;
  /** Metric that carries most of this row's evidence, -1 where no metric is strange. */
  readonly worstMetric: number;
  /** Share of this row's evidence that the worst metric carries, 0 to 1. */
  readonly worstShare: number;
}

export interface MultivariateSmoothing {
  readonly scoreRows: number;
  readonly alertRows: number;
}

/** A metric within this many usual steps adds no evidence. */
const usualSteps = 2;

/**
 * Judges rows of metrics one by one against a fitted model; each judgement rests on rows up to its own. The evidence
 * of a metric grows with the logarithm of its strangeness: many metrics slightly off count more than one far off, as
 * in a sum of log tail probabilities under heavy tails (Fisher 1932 for combining tests).
 */
export class MultivariateDetector {
  readonly #model: MultivariateModel;
  readonly #scoreMean: RollingMean;
  readonly #levelMean: RollingMean;
  /** Per channel and metric the mean over the look-back; null for channels that need none. */
  readonly #pasts: readonly (readonly RollingMean[] | null)[];
  readonly #row: Float64Array;
  readonly #standard: Float64Array;
  readonly #residual: Float64Array;
  readonly #evidence: Float64Array;

  constructor(model: MultivariateModel, smoothing: MultivariateSmoothing) {
    this.#model = model;
    this.#scoreMean = new RollingMean(smoothing.scoreRows);
    this.#levelMean = new RollingMean(smoothing.alertRows);
    const columns = [...model.center.keys()];
    this.#pasts = model.channels.map((channel) =>
      channel.kind === 'departure' ? columns.map(() => new RollingMean(channel.lookbackRows)) : null,
    );
    this.#row = Float64Array.from(model.center);
    this.#standard = new Float64Array(model.width);
    this.#residual = new Float64Array(model.width);
    this.#evidence = new Float64Array(model.width);
    for (const row of model.tail) this.#remember(row);
    const last = model.tail.at(-1);
    if (last !== undefined) this.#row.set(last);
  }

  /** @param row one value per metric; a gap (NaN or a missing cell) takes the metric's last value, so it adds nothing new */
  update(row: ArrayLike<number>): MultivariateJudgement {
    const { width, channels } = this.#model;
    for (let j = 0; j < width; j++) if (Number.isFinite(row[j])) this.#row[j] = row[j]!;
    this.#evidence.fill(0);
    for (let k = 0; k < channels.length; k++) this.#weigh(channels[k]!, k);
    this.#remember(this.#row);
    return this.#judge();
  }

  #weigh(channel: FittedChannel, k: number): void {
    const row = this.#row;
    const evidence = this.#evidence;
    const { width, center, scale } = this.#model;
    switch (channel.kind) {
      case 'departure': {
        const pasts = this.#pasts[k]!;
        for (let j = 0; j < width; j++) evidence[j]! += excess(Math.abs(row[j]! - pasts[j]!.mean) / channel.unit[j]!);
        return;
      }
      case 'range': {
        const { low, high, unit } = channel;
        for (let j = 0; j < width; j++) {
          const outside = Math.max(row[j]! - high[j]!, low[j]! - row[j]!, 0);
          evidence[j]! += Math.log1p(outside / unit[j]!);
        }
        return;
      }
      case 'subspace': {
        for (let j = 0; j < width; j++) this.#standard[j] = standardise(row[j]!, center[j]!, scale[j]!);
        residualOf(channel.subspace, this.#standard, this.#residual);
        for (let j = 0; j < width; j++) evidence[j]! += excess(Math.abs(this.#residual[j]!) / channel.unit[j]!);
        return;
      }
    }
  }

  #remember(row: Float64Array): void {
    for (const pasts of this.#pasts) {
      if (pasts !== null) for (let j = 0; j < pasts.length; j++) pasts[j]!.push(row[j]!);
    }
  }

  #judge(): MultivariateJudgement {
    let sum = 0;
    let worstMetric = -1;
    let worst = 0;
    for (let j = 0; j < this.#evidence.length; j++) {
      const each = this.#evidence[j]!;
      sum += each;
      if (each > worst) {
        worst = each;
        worstMetric = j;
      }
    }
    const mean = sum / this.#model.width;
    const worstShare = sum > 0 ? worst / sum : 0;
    return { score: this.#scoreMean.push(mean), level: this.#levelMean.push(mean), worstMetric, worstShare };
  }
}

function excess(steps: number): number {
  return steps > usualSteps ? Math.log1p(steps - usualSteps) : 0;
}
