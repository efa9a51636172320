import { Agreement } from './agreement.ts';
import { Departure } from './departure.ts';
import type { Family } from './family.ts';
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
  readonly family: string | null;
  /** How far off that family finds the value, in usual steps. */
  readonly steps: number;
  /** Where nine tenths of the recent values lay before this one; NaN at the start. */
  readonly usualLow: number;
  readonly usualHigh: number;
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
      return { score: null, level: 0, family: null, steps: 0, usualLow, usualHigh };
    let sum = 0;
    let level = 0;
    let most = 0;
    let family: string | null = null;
    let stepsOfMost = 0;
    for (let k = 0; k < this.#families.length; k++) {
      const voice = this.#voices[k]!;
      const steps = this.#families[k]!.update(value, atMs);
      const evidence = Math.min(voice.evidenceMax, Math.log1p(Math.max(0, steps - voice.stepsUsual)));
      sum += voice.weight * evidence;
      level += voice.alertWeight * evidence;
      if (evidence > most) {
        most = evidence;
        family = this.#families[k]!.name;
        stepsOfMost = steps;
      }
    }
    this.#recent.push(value);
    return { score: this.#mean.push(sum), level, family, steps: stepsOfMost, usualLow, usualHigh };
  }
}

/** One sentence with numbers for a person; `unit` follows the numbers and may be empty. */
export function explainJudgement(value: number, judgement: SeriesJudgement, unit: string): string {
  const show = (each: number): string => `${Number(each.toPrecision(3))}${unit === '' ? '' : ` ${unit}`}`;
  if (judgement.score === null) return 'no value to judge';
  const usual = Number.isNaN(judgement.usualLow)
    ? 'too little known about what is usual'
    : `usual ${show(judgement.usualLow)} to ${show(judgement.usualHigh)}`;
  if (judgement.family === null) return `${show(value)}, ${usual}`;
  return `${show(value)}, ${usual}; ${judgement.steps.toFixed(1)} usual steps off by ${judgement.family}`;
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
