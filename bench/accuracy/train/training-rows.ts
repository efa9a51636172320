import { FeatureTracker } from '../../../agent/analyze/failure/features.ts';
import type { Drives } from '../drives.ts';
import { readCsvRows } from '../input.ts';
import type { TrainingRows } from './boosting.ts';

/** A drive's features at each reading, beside how it ended. */
export interface Life {
  readonly hours: readonly number[];
  readonly features: readonly (readonly number[])[];
  readonly firstHour: number;
  readonly endHour: number;
  readonly failed: boolean;
}

type End = Pick<Life, 'firstHour' | 'endHour' | 'failed'>;

export interface Lives {
  readonly ends: ReadonlyMap<string, End>;
  readonly kinds: ReadonlyMap<string, string>;
  /** Features depend on the risks of kinds, which each fold learns for itself. */
  of(use: (drive: string) => boolean, kindRisks: Readonly<Record<string, number>>): Life[];
}

/** Share of the healthy drives that is learned from; each then counts as many. */
const healthyShare = 0.35;
const yearHours = 8766;
/** Failures added to every kind, seen and expected alike, so that rare kinds stay near the average. */
const priorFailures = 3;
const dayHours = 24;
/** A healthy drive's last month says nothing yet: it may fail the day after. */
const undecidedHours = 720;

export function readLives({ histories }: Drives, labelsFile: string): Lives {
  const [, ...rows] = readCsvRows(labelsFile);
  const ends = new Map(
    rows.map(([drive, first, end, failed]) => [
      drive!,
      { firstHour: Number(first), endHour: Number(end), failed: failed === '1' },
    ]),
  );
  const known = [...histories].filter(([drive]) => ends.has(drive));
  return {
    ends,
    kinds: new Map(known.map(([drive, history]) => [drive, history.kind])),
    of: (use, kindRisks) =>
      known
        .filter(([drive]) => use(drive))
        .map(([drive, { kind, sizeTb, readings }]) => {
          const tracker = new FeatureTracker({ sizeTb, kindRisk: kindRisks[kind] ?? 0 });
          const features = readings.map((reading) => tracker.push(reading));
          return { ...ends.get(drive)!, hours: readings.map((reading) => reading.hour), features };
        }),
  };
}

/** Log of failures per year of each kind against all, drawn towards 0 where little is known. */
export function kindRisksOf(lives: Lives, use: (drive: string) => boolean): Record<string, number> {
  const kinds = new Map<string, { failures: number; years: number }>();
  for (const [drive, kind] of lives.kinds) {
    if (!use(drive)) continue;
    const end = lives.ends.get(drive)!;
    const sum = kinds.get(kind) ?? { failures: 0, years: 0 };
    kinds.set(kind, sum);
    sum.failures += end.failed ? 1 : 0;
    sum.years += (end.endHour - end.firstHour) / yearHours;
  }
  const all = [...kinds.values()];
  const rate = all.reduce((sum, kind) => sum + kind.failures, 0) / all.reduce((sum, kind) => sum + kind.years, 0);
  const risk = ({ failures, years }: { failures: number; years: number }) =>
    Number(Math.log((failures + priorFailures) / (years * rate + priorFailures)).toFixed(3));
  return Object.fromEntries([...kinds].map(([kind, sum]) => [kind, risk(sum)]));
}

export interface Learner {
  /** A row counts as failed when its drive fails within this many hours. */
  readonly failsWithinHours: number;
  /** Readings of one drive weigh n^-crowding each: 0 counts readings, 1 would count drives. */
  readonly crowding: number;
}

/** Rows whose outcome is known: the last day before a failure is too late, a healthy drive's last month undecided. */
export function trainingRowsOf(
  lives: Lives,
  kindRisks: Readonly<Record<string, number>>,
  use: (drive: string) => boolean,
  { failsWithinHours, crowding }: Learner,
): TrainingRows {
  const learned = (drive: string) => lives.ends.get(drive)!.failed || foldOf(drive, 1000) < 1000 * healthyShare;
  const rows: { features: readonly number[]; failed: boolean; weight: number }[] = [];
  for (const life of lives.of((drive) => use(drive) && learned(drive), kindRisks)) {
    const weight = (life.failed ? 1 : 1 / healthyShare) * life.hours.length ** -crowding;
    for (const [i, features] of life.features.entries()) {
      const left = life.endHour - life.hours[i]!;
      if (life.failed ? left <= dayHours : left < undecidedHours) continue;
      rows.push({ features, failed: life.failed && left <= failsWithinHours, weight });
    }
  }
  const columns = (rows[0]?.features ?? []).map((_, f) => Float64Array.from(rows, (row) => row.features[f]!));
  const failed = Uint8Array.from(rows, (row) => (row.failed ? 1 : 0));
  const meanWeight = rows.reduce((sum, row) => sum + row.weight, 0) / rows.length;
  return { columns, failed, weight: Float64Array.from(rows, (row) => row.weight / meanWeight) };
}

/** Which of `folds` parts a drive belongs to, by its name alone, so that it never changes. */
export function foldOf(drive: string, folds: number): number {
  let hash = 7;
  for (const letter of drive) hash = (hash * 31 + letter.charCodeAt(0)) % 1000003;
  return ((hash * 7919) % 1000003) % folds;
}
