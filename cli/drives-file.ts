import type { History, Reading } from '../agent/analyze/backtest-failure.ts';
import { numberOf, readCsv } from './csv.ts';
import { CliError, exitCodes, type Io } from './io.ts';

/** Lives of disks as people's own file tells them. */
export interface DrivesFile {
  readonly histories: ReadonlyMap<string, History>;
  readonly failedHours: ReadonlyMap<string, number>;
  /** Rows without a disk or a readable hour. */
  readonly skipped: number;
}

/**
 * Reads `drive,hour,ATTRIBUTE...`, with `model`, `size_tb` and `failed` where they are known; columns in any order.
 * @param attributes of the failure model, such as `smart_5`; those that the file lacks are unknown
 * @throws CliError where the file is missing, or has no disk, hour or attribute
 */
export function readDrivesFile(io: Io, file: string, attributes: readonly string[]): DrivesFile {
  const [header = [], ...rows] = readCsv(io, file);
  const names = header.map((name) => name.toLowerCase().replace(/_raw$/, ''));
  const columns = attributes.map((attribute) => names.indexOf(attribute));
  const [drive, hour, failed] = ['drive', 'hour', 'failed'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (drive < 0 || hour < 0 || columns.every((column) => column < 0)) throw unusable(file, attributes);
  const lives = new Map<string, { kind: string; sizeTb: number; readings: Reading[] }>();
  const failedHours = new Map<string, number>();
  let skipped = 0;
  for (const cells of rows) {
    const at = numberOf(cells[hour] ?? '');
    const name = cells[drive] ?? '';
    if (name === '' || !Number.isFinite(at)) {
      skipped += 1;
      continue;
    }
    const life = lives.get(name) ?? lifeOf(cells, names);
    lives.set(name, life);
    life.readings.push({ hour: at, values: columns.map((column) => numberOf(cells[column] ?? '')) });
    if (numberOf(cells[failed] ?? '') > 0) failedHours.set(name, at);
  }
  if (lives.size === 0) throw unusable(file, attributes);
  for (const { readings } of lives.values()) readings.sort((a, b) => a.hour - b.hour);
  return { histories: lives, failedHours, skipped };
}

function lifeOf(cells: readonly string[], names: readonly string[]) {
  const sizeTb = numberOf(cells[names.indexOf('size_tb')] ?? '');
  return {
    kind: cells[names.indexOf('model')] ?? '',
    sizeTb: Number.isFinite(sizeTb) ? sizeTb : 0,
    readings: [] as Reading[],
  };
}

function unusable(file: string, attributes: readonly string[]): CliError {
  const message = 'has no disk with a readable hour and an attribute that the model knows';
  const hint = `a header drive,hour and some of ${attributes.join(', ')}; failed=1 on a disk's last row, where known`;
  return new CliError(exitCodes.usage, { code: 'DRIVES_UNUSABLE', message, where: `${file}:1`, hint });
}
