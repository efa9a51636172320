import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fitFleet, forecastHourly } from '../../agent/analyze/forecast/fleet-forecast.ts';
import { cellToNumber, readCsvRows } from './input.ts';
import { type AccuracyTask, UnusableInput } from './task.ts';

const horizonHours = 48;

/** Hourly series of the M4 competition, two days ahead. The shared model learns from the histories in the input. */
export const task: AccuracyTask = {
  name: 'm4hourly',
  async run(rootDir, outDir) {
    const file = path.join(rootDir, 'm4hourly', 'input', 'train.csv');
    const series = readCsvRows(file).map(([id, ...cells]) => ({ id: unquoted(id ?? ''), values: valuesOf(cells) }));
    const known = series.filter(({ values }) => values.some((value) => Number.isFinite(value)));
    const model = fitFleet(
      known.map(({ values }) => values),
      horizonHours,
    );
    const lines = known.map(({ id, values }) => {
      const forecast = forecastHourly(model, values);
      if (forecast === null) throw new UnusableInput(`${file}: series ${id} has not two days of values`);
      return [id, ...Array.from(forecast, (value) => value.toPrecision(8))].join(',');
    });
    const out = path.join(outDir, 'm4hourly.csv');
    writeFileSync(out, `${lines.join('\n')}\n`);
    return [out];
  },
};

function unquoted(cell: string): string {
  return cell.trim().replaceAll('"', '');
}

/** Series of different lengths are padded with empty cells at the end. */
function valuesOf(cells: readonly string[]): number[] {
  const values = cells.map((cell) => cellToNumber(unquoted(cell)));
  return values.slice(0, values.findLastIndex((value) => Number.isFinite(value)) + 1);
}
