import { Agreement } from './agreement.ts';
import { Departure } from './departure.ts';
import type { Family, UsualBand } from './family.ts';
import { Motif } from './motif.ts';
import { RareStep } from './rare-step.ts';
import { RecordBreak } from './record.ts';
import { Restlessness } from './restlessness.ts';
import { RollingMean } from './rolling-mean.ts';
import { Seasonal } from './seasonal.ts';
import { ValueHistory } from './value-history.ts';

export type FamilySpec =
  | { readonly kind: 'departure'; readonly spanRows: number }
  | { readonly kind: 'seasonal' }
  | { readonly kind: 'record' }
  | {
      readonly kind: 'restlessness';
      readonly rows: number;
      readonly quantile: number;
      readonly keep: 'recent' | 'even';
    }
  | { readonly kind: 'rare-step'; readonly rows: number }
  | { readonly kind: 'agreement'; readonly first: FamilySpec; readonly second: FamilySpec }
  | {
      readonly kind: 'motif';
      readonly rowsPerPoint: number;
      readonly pointsPerShape: number;
      readonly shapesMax: number;
    };

/** One voice in the ensemble: `weight` times the logarithm of the steps beyond `stepsUsual`, at most `evidenceMax`. */
export interface Voice {
  readonly family: FamilySpec;
  readonly weight: number;
  /** The same for `level`, which alerts are raised on. */
  readonly alertWeight: number;
  readonly stepsUsual: number;
  readonly evidenceMax: number;
}

export interface SeriesSettings {
  readonly voices: readonly Voice[];
  /** Evidence is averaged over this many rows; 1 keeps it sharp. */
  readonly scoreRows: number;
}

export interface SeriesJudgement {
  /** 0 is usual, larger is stranger; null when there was no value to judge. */
  readonly score: number | null;
  /** Evidence of this row alone, for raising alerts early; 0 when there was no value. */
  readonly level: number;
  /** Family that carries most of this row's evidence; null where none has any. */
  readonly family: Family | null;
  /** How far off that family finds the value, in usual steps. */
  readonly steps: number;
  /** Where nine tenths of the recent values lay before this one; NaN at the start. */
  readonly usualLow: number;
  readonly usualHigh: number;
  /** What is usual at this time of day; null where that is not known. */
  readonly atThisHour: UsualBand | null;
}

/** Beyond this, squares and their sums overflow; no metric has such values, so they count as missing. */
const magnitudeMax = 1e100;

/**
 * Several families judge one series and their evidence adds up: a sum of logarithms of heavy-tailed strangeness, so
 * that two families that agree outweigh one that shouts. Strictly causal and deterministic.
 */
export class SeriesDetector {
  readonly #voices: readonly Voice[];
  readonly #families: readonly Family[];
  readonly #mean: RollingMean;
  readonly #recent = new ValueHistory(1000, 'recent');

  constructor(settings: SeriesSettings) {
    this.#voices = settings.voices;
    this.#families = settings.voices.map((voice) => createFamily(voice.family));
    this.#mean = new RollingMean(settings.scoreRows);
  }

  /** @param value NaN, infinite or beyond 1e100 means missing: no opinion, and nothing is learned */
  update(value: number, atMs: number): SeriesJudgement {
    const usualLow = this.#recent.quantile(0.05);
    const usualHigh = this.#recent.quantile(0.95);
    if (!(Math.abs(value) <= magnitudeMax))
      return { score: null, level: 0, family: null, steps: 0, usualLow, usualHigh, atThisHour: null };
    let sum = 0;
    let level = 0;
    let most = 0;
    let strongest: Family | null = null;
    let stepsOfStrongest = 0;
    let atThisHour: SeriesJudgement['atThisHour'] = null;
    for (let k = 0; k < this.#families.length; k++) {
      const voice = this.#voices[k]!;
      const family = this.#families[k]!;
      const steps = family.update(value, atMs);
      const evidence = Math.min(voice.evidenceMax, Math.log1p(Math.max(0, steps - voice.stepsUsual)));
      sum += voice.weight * evidence;
      level += voice.alertWeight * evidence;
      atThisHour ??= family.expected ?? null;
      if (evidence <= most) continue;
      most = evidence;
      strongest = family;
      stepsOfStrongest = steps;
    }
    this.#recent.push(value);
    const score = this.#mean.push(sum);
    return { score, level, family: strongest, steps: stepsOfStrongest, usualLow, usualHigh, atThisHour };
  }
}

/** One sentence with numbers for a person; `unit` follows the numbers and may be empty. */
export function explainJudgement(value: number, judgement: SeriesJudgement, unit: string): string {
  const show = (each: number): string => `${Number(each.toPrecision(3))}${unit === '' ? '' : ` ${unit}`}`;
  if (judgement.score === null) return 'no value to judge';
  const { usualLow, usualHigh, atThisHour, family, steps } = judgement;
  const band = atThisHour ?? { low: usualLow, high: usualHigh };
  const usual = Number.isNaN(band.low)
    ? 'too little known about what is usual'
    : `usual ${show(band.low)} to ${show(band.high)}${atThisHour === null ? '' : ' at this hour'}`;
  return `${show(value)}, ${usual}${family === null ? '' : `; ${family.inWords(steps)}`}`;
}

function createFamily(spec: FamilySpec): Family {
  switch (spec.kind) {
    case 'departure':
      return new Departure(spec.spanRows);
    case 'seasonal':
      return new Seasonal();
    case 'record':
      return new RecordBreak();
    case 'restlessness':
      return new Restlessness(spec.rows, spec.quantile, spec.keep);
    case 'rare-step':
      return new RareStep(spec.rows);
    case 'agreement':
      return new Agreement(createFamily(spec.first), createFamily(spec.second));
    case 'motif':
      return new Motif(spec);
  }
}
