/**
 * The first look at every series on every tick: struct of arrays, one pass, no allocation. Per series an exponentially
 * weighted mean and variance (Roberts 1959) of the deseasonalised value, a two-sided CUSUM (Page 1954) and one
 * seasonal offset per slot of the day. What alarms here is handed to the slower detectors.
 */

export interface TierZeroSettings {
  /** Weight of a new value in mean and variance. */
  readonly weight: number;
  /** Weight of a new deviation in its seasonal slot; a slot is met once a day. */
  readonly slotWeight: number;
  /** Alarm beyond this many standard deviations at once. */
  readonly deviationsMax: number;
  /** CUSUM allowance per tick and its alarm limit, in standard deviations (Montgomery: 0.5 and 5 for shifts of 1). */
  readonly allowance: number;
  readonly cusumMax: number;
  /** No alarm before this many ticks. */
  readonly warmTicks: number;
}

export const tierZeroDefaults: TierZeroSettings = {
  weight: 0.05,
  slotWeight: 0.2,
  deviationsMax: 6,
  allowance: 0.5,
  cusumMax: 12,
  warmTicks: 30,
};

/** Half the first value, at least half a unit: wide, so that a new series stays silent until it is known. */
export function startingVariance(value: number): number {
  return 0.25 * Math.max(1, value * value);
}

/** Deviations are clipped here before they are learned, so that an outlier does not widen what is usual. */
export const learnedDeviationsMax = 4;

export class TierZero {
  /** Bit i of word i >> 5 is set where series i alarmed in the last tick. */
  readonly alarms: Uint32Array;
  readonly #settings: TierZeroSettings;
  readonly #series: number;
  readonly #mean: Float64Array;
  readonly #variance: Float64Array;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  /** Slot after slot, so that a tick reads one stretch of memory. */
  readonly #slots: Float64Array;
  #ticks = 0;

  constructor(series: number, slotsPerDay: number, settings: TierZeroSettings = tierZeroDefaults) {
    this.#settings = settings;
    this.#series = series;
    this.alarms = new Uint32Array(Math.ceil(series / 32));
    this.#mean = new Float64Array(series).fill(Number.NaN);
    this.#variance = new Float64Array(series);
    this.#high = new Float64Array(series);
    this.#low = new Float64Array(series);
    this.#slots = new Float64Array(series * slotsPerDay);
  }

  /**
   * Judges one value per series and learns it. NaN is missing: no alarm, nothing learned.
   * @param slot time of day, 0 to slotsPerDay - 1
   */
  tick(values: Float64Array, slot: number): void {
    const tick = this.#ticks++;
    const base = slot * this.#series;
    for (let word = 0; word < this.alarms.length; word++) {
      this.alarms[word] = this.#judgeWord(values, word * 32, base, tick);
    }
  }

  /** A series starts at its first finite value, whenever that comes; until then, and at gaps, nothing happens. */
  #begin(value: number, i: number): void {
    if (!Number.isNaN(this.#mean[i]!) || !Number.isFinite(value)) return;
    this.#mean[i] = value;
    this.#variance[i] = startingVariance(value);
  }

  /** The 32 series from `first`: kept apart so that the loop's bits stay in a register. */
  #judgeWord(values: Float64Array, first: number, base: number, tick: number): number {
    const { weight, slotWeight, deviationsMax, allowance, cusumMax, warmTicks } = this.#settings;
    const mean = this.#mean;
    const variance = this.#variance;
    const high = this.#high;
    const low = this.#low;
    const slots = this.#slots;
    const end = Math.min(first + 32, this.#series);
    const warm = tick >= warmTicks;
    let bits = 0;
    for (let i = first; i < end; i++) {
      const season = slots[base + i]!;
      const off = values[i]! - season - mean[i]!;
      if (!(off - off === 0)) {
        this.#begin(values[i]!, i);
        continue;
      }
      const sd = Math.sqrt(variance[i]!);
      const up = Math.max(0, high[i]! + off - allowance * sd);
      const down = Math.max(0, low[i]! - off - allowance * sd);
      const limit = cusumMax * sd;
      // Comparisons where the outcome is nearly always the same, Math.max where a branch would be mispredicted.
      high[i] = up > limit ? limit : up;
      low[i] = down > limit ? limit : down;
      const bound = learnedDeviationsMax * sd;
      const learned = off > bound ? bound : off < -bound ? -bound : off;
      mean[i] = mean[i]! + weight * learned;
      variance[i] = (1 - weight) * (variance[i]! + weight * learned * learned) + 1e-12;
      slots[base + i] = season + slotWeight * (learned - weight * learned);
      const outlier = deviationsMax * sd;
      if (off > outlier || -off > outlier || up > limit || down > limit) bits |= 1 << (i & 31);
    }
    return warm ? bits : 0;
  }
}
