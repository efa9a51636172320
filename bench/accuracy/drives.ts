import path from 'node:path';
import type { History, Reading } from '../../agent/analyze/failure/history.ts';
import { cellToNumber, readCsvRows } from './input.ts';
import { UnusableInput } from './task.ts';

/** Histories of disks: who they are, and one reading whenever an attribute changed. */
export interface Drives {
  readonly attributes: readonly string[];
  readonly histories: ReadonlyMap<string, History>;
}

/** Reads `drives.csv` and `events.csv` of the folder. Readings without a readable hour are dropped. */
export function readDrives(dir: string): Drives {
  const kinds = new Map(readCsvRows(path.join(dir, 'drives.csv')).map((row) => [row[0]!, row]));
  const file = path.join(dir, 'events.csv');
  const [header, ...rows] = readCsvRows(file);
  if (header?.[0] !== 'drive' || header[1] !== 'hour') {
    throw new UnusableInput(`${file}:1: the header has to begin with drive,hour`);
  }
  const readings = new Map<string, Reading[]>();
  for (const [drive, hour, ...cells] of rows) {
    const reading = { hour: cellToNumber(hour), values: header.slice(2).map((_, i) => cellToNumber(cells[i])) };
    if (!Number.isFinite(reading.hour)) continue;
    const own = readings.get(drive!);
    if (own === undefined) readings.set(drive!, [reading]);
    else own.push(reading);
  }
  const histories = new Map<string, History>();
  for (const [drive, own] of readings) {
    const about = kinds.get(drive);
    const sizeTb = cellToNumber(about?.[2]);
    own.sort((a, b) => a.hour - b.hour);
    histories.set(drive, { kind: about?.[1] ?? '', sizeTb: Number.isFinite(sizeTb) ? sizeTb : 0, readings: own });
  }
  return { attributes: header.slice(2), histories };
}
