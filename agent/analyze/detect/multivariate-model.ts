import { meanAndSd, quantileOfSorted } from './statistics.ts';
import { fitSubspace, residualOf, type Subspace } from './subspace.ts';

/**
 * One way in which a row of metrics can be strange, judged per metric:
 * `departure` the value left the mean of the `lookbackRows` rows before it, in units of what such departures usually are;
 * `range`     the value lies outside everything but the rarest 0.2 % of the history, in standard deviations;
 * `subspace`  the value is not where the other metrics put it (see subspace.ts).
 */
export type Channel =
  | { readonly kind: 'departure'; readonly lookbackRows: number; readonly unit: 'sd' | 'q99' }
  | { readonly kind: 'range' }
  | { readonly kind: 'subspace'; readonly varianceShare: number };

/** A channel with what it learned; `unit[j]` is one usual step of metric j. */
export type FittedChannel =
  | { readonly kind: 'departure'; readonly lookbackRows: number; readonly unit: Float64Array }
  | { readonly kind: 'range'; readonly low: Float64Array; readonly high: Float64Array; readonly unit: Float64Array }
  | { readonly kind: 'subspace'; readonly subspace: Subspace; readonly unit: Float64Array };

export interface MultivariateModel {
  readonly width: number;
  /** Mean and standard deviation (with a floor) of every metric in the history. */
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly channels: readonly FittedChannel[];
  /** The end of the history, oldest row first: what the first new rows are compared with. */
  readonly tail: readonly Float64Array[];
}

/** Standardised values are clipped here before they meet the subspace, so that one metric cannot bend it. */
const standardisedMax = 10;
/** Share of the history that lies outside the usual range, on either side. */
const rareShare = 0.001;

/**
 * Learns what is usual from an unlabelled history that may itself hold a few anomalies.
 * @param columns one array per metric, all of one length, oldest first; gaps (NaN) take the value before them
 * @returns null where there is nothing to learn from: no metric or fewer than 20 rows
 */
export function fitMultivariate(
  columns: readonly Float64Array[],
  channels: readonly Channel[],
): MultivariateModel | null {
  const rows = columns[0]?.length ?? 0;
  if (rows < 20) return null;
  const history = columns.map(fillGaps);
  const stats = history.map(meanAndSd);
  const center = Float64Array.from(stats, (each) => each.mean);
  const scale = Float64Array.from(stats, (each, j) => usualStep(each.sd, history[j]!));
  const fitted = channels.map((channel) => fitChannel(channel, history, center, scale));
  const lookback = Math.max(1, ...channels.map((channel) => (channel.kind === 'departure' ? channel.lookbackRows : 1)));
  const tail: Float64Array[] = [];
  for (let i = Math.max(0, rows - lookback); i < rows; i++)
    tail.push(Float64Array.from(history, (column) => column[i]!));
  return { width: columns.length, center, scale, channels: fitted, tail };
}

/** A constant metric has no spread of its own; it gets 5 % of its magnitude, and one that was always 0 a magnitude of 1. */
function usualStep(sd: number, column: Float64Array): number {
  let magnitude = 0;
  for (const value of column) magnitude = Math.max(magnitude, Math.abs(value));
  if (magnitude === 0) magnitude = 1;
  return (sd < 1e-6 * magnitude ? 0.05 * magnitude : sd) + 1e-3 * magnitude;
}

function fillGaps(column: Float64Array): Float64Array {
  const filled = Float64Array.from(column);
  let last = column.find(Number.isFinite) ?? 0;
  for (let i = 0; i < filled.length; i++) {
    if (Number.isFinite(filled[i]!)) last = filled[i]!;
    else filled[i] = last;
  }
  return filled;
}

function fitChannel(
  channel: Channel,
  history: readonly Float64Array[],
  center: Float64Array,
  scale: Float64Array,
): FittedChannel {
  switch (channel.kind) {
    case 'departure': {
      const unit = Float64Array.from(history, (column, j) => {
        const departures = departuresOf(column, channel.lookbackRows);
        return Math.max(channel.unit === 'sd' ? meanAndSd(departures).sd : rareAbsolute(departures), 0.1 * scale[j]!);
      });
      return { kind: 'departure', lookbackRows: channel.lookbackRows, unit };
    }
    case 'range': {
      const sorted = history.map((column) => Float64Array.from(column).sort());
      const low = Float64Array.from(sorted, (column) => quantileOfSorted(column, rareShare));
      const high = Float64Array.from(sorted, (column) => quantileOfSorted(column, 1 - rareShare));
      return { kind: 'range', low, high, unit: scale };
    }
    case 'subspace': {
      const standard = history.map((column, j) => column.map((value) => standardise(value, center[j]!, scale[j]!)));
      const subspace = fitSubspace(standard, channel.varianceShare);
      return { kind: 'subspace', subspace, unit: residualSpread(subspace, standard) };
    }
  }
}

export function standardise(value: number, center: number, scale: number): number {
  return Math.max(-standardisedMax, Math.min(standardisedMax, (value - center) / scale));
}

function departuresOf(column: Float64Array, lookbackRows: number): Float64Array {
  const out = new Float64Array(column.length);
  let sum = 0;
  for (let i = 1; i < column.length; i++) {
    sum += column[i - 1]!;
    if (i > lookbackRows) sum -= column[i - 1 - lookbackRows]!;
    out[i] = column[i]! - sum / Math.min(i, lookbackRows);
  }
  return out;
}

function rareAbsolute(values: Float64Array): number {
  return quantileOfSorted(values.map(Math.abs).sort(), 0.99);
}

/** Standard deviation of every metric's residual, plus a floor, in standardised units. */
function residualSpread(subspace: Subspace, standard: readonly Float64Array[]): Float64Array {
  const floor = 0.05;
  const width = standard.length;
  const row = new Float64Array(width);
  const residual = new Float64Array(width);
  const residuals = standard.map((column) => new Float64Array(column.length));
  for (let i = 0; i < standard[0]!.length; i++) {
    for (let j = 0; j < width; j++) row[j] = standard[j]![i]!;
    residualOf(subspace, row, residual);
    for (let j = 0; j < width; j++) residuals[j]![i] = residual[j]!;
  }
  return Float64Array.from(residuals, (column) => meanAndSd(column).sd + floor);
}
