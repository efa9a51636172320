/**
 * Goal P1: the tier-0 pass over struct-of-arrays, against a plain pass over the same memory in the same order and
 * against one object per series. 100,000 series x 100 ticks; every version has to raise the very same alarms.
 */
import {
  learnedDeviationsMax,
  tierZeroDefaults as settings,
  startingVariance,
  TierZero,
} from '../agent/analyze/detect/tier-zero.ts';
import { type BenchRow, runPairs } from './pair.ts';

const seriesCount = 100_000;
const tickCount = 100;
const slotCount = 4;
const unit = 'values/s';

/** A few ready ticks that repeat: the benchmark measures the pass, not the making of numbers. */
const ticks = Array.from({ length: 16 }, (_, tick) =>
  Float64Array.from({ length: seriesCount }, (_value, i) => {
    const mixed = Math.imul((i + 1) * 2654435761 + tick * 40503, 0x9e3779b1) >>> 0;
    const spike = mixed % 10_007 === 0 ? 400 : 0;
    return 50 + (mixed % 1000) / 100 + spike;
  }),
);

/** Runs all ticks and returns values per second. */
function rateOf(pass: (values: Float64Array, slot: number) => void): number {
  const startedAtMs = performance.now();
  for (let tick = 0; tick < tickCount; tick++) pass(ticks[tick % ticks.length]!, tick % slotCount);
  return (seriesCount * tickCount * 1000) / (performance.now() - startedAtMs);
}

function tierZeroRate(): number {
  const tier = new TierZero(seriesCount, slotCount);
  return rateOf((values, slot) => tier.tick(values, slot));
}

/** Reads the value and updates the same five numbers per series with one multiply-add each, judging nothing. */
function plainRate(): number {
  const states = Array.from({ length: 4 }, () => new Float64Array(seriesCount));
  const slots = new Float64Array(seriesCount * slotCount);
  const [first, second, third, fourth] = states as [Float64Array, Float64Array, Float64Array, Float64Array];
  return rateOf((values, slot) => {
    const base = slot * seriesCount;
    for (let i = 0; i < seriesCount; i++) {
      const value = values[i]!;
      first[i] = first[i]! * 0.95 + value;
      second[i] = second[i]! * 0.9 + value;
      third[i] = third[i]! * 0.85 + value;
      fourth[i] = fourth[i]! * 0.8 + value;
      slots[base + i] = slots[base + i]! * 0.75 + value;
    }
  });
}

interface SeriesState {
  mean: number;
  variance: number;
  high: number;
  low: number;
  readonly slots: number[];
}

/** The same arithmetic on one object per series, found by name: how it is written when nobody counts cycles. */
class ObjectTier {
  readonly alarms = new Uint32Array(Math.ceil(seriesCount / 32));
  readonly #states = new Map<string, SeriesState>();
  #ticks = 0;

  tick(names: readonly string[], values: Float64Array, slot: number): void {
    const warm = this.#ticks++ >= settings.warmTicks;
    this.alarms.fill(0);
    for (let i = 0; i < names.length; i++) {
      let state = this.#states.get(names[i]!);
      if (state === undefined) {
        const slots = new Array<number>(slotCount).fill(0);
        state = { mean: values[i]!, variance: startingVariance(values[i]!), high: 0, low: 0, slots };
        this.#states.set(names[i]!, state);
        continue;
      }
      if (judge(state, values[i]!, slot, warm)) this.alarms[i >> 5]! |= 1 << (i & 31);
    }
  }
}

function judge(state: SeriesState, value: number, slot: number, warm: boolean): boolean {
  const { weight, slotWeight, deviationsMax, allowance, cusumMax } = settings;
  const season = state.slots[slot]!;
  const off = value - season - state.mean;
  const sd = Math.sqrt(state.variance);
  const up = Math.max(0, state.high + off - allowance * sd);
  const down = Math.max(0, state.low - off - allowance * sd);
  const limit = cusumMax * sd;
  const alarm = warm && (Math.abs(off) > deviationsMax * sd || up > limit || down > limit);
  state.high = Math.min(up, limit);
  state.low = Math.min(down, limit);
  const bound = learnedDeviationsMax * sd;
  const learned = Math.max(-bound, Math.min(bound, off));
  state.mean += weight * learned;
  state.variance = (1 - weight) * (state.variance + weight * learned * learned) + 1e-12;
  state.slots[slot] = season + slotWeight * (learned - weight * learned);
  return alarm;
}

const names = Array.from({ length: seriesCount }, (_, i) => `node/${i >> 6}/metric/${i & 63}`);

function objectRate(): number {
  const tier = new ObjectTier();
  return rateOf((values, slot) => tier.tick(names, values, slot));
}

/** @returns alarms raised by both; throws at the first bitmap that differs */
export function requireEqualAlarms(): number {
  const arrays = new TierZero(seriesCount, slotCount);
  const objects = new ObjectTier();
  let alarms = 0;
  for (let tick = 0; tick < tickCount; tick++) {
    const values = ticks[tick % ticks.length]!;
    arrays.tick(values, tick % slotCount);
    objects.tick(names, values, tick % slotCount);
    for (let word = 0; word < arrays.alarms.length; word++) {
      if (arrays.alarms[word] !== objects.alarms[word])
        throw new Error(`tick ${tick}: the alarms differ at word ${word}`);
      for (let bits = arrays.alarms[word]!; bits !== 0; bits &= bits - 1) alarms++;
    }
  }
  return alarms;
}

/** Rows of goal P1: at least 0.25 of the plain pass, at least 5 times the objects. */
export function detectTierZeroRows(): BenchRow[] {
  console.error(`P1: ${requireEqualAlarms()} alarms, equal in both versions`);
  return [
    runPairs({ name: 'P1 tier 0 against a plain pass', unit, candidate: tierZeroRate, reference: plainRate }),
    runPairs({ name: 'P1 tier 0 against an object per series', unit, candidate: tierZeroRate, reference: objectRate }),
  ];
}

if (import.meta.main) for (const row of detectTierZeroRows()) console.log(JSON.stringify(row));
