import { serverMetrics } from '../../agent/analyze/detect/settings.ts';
import { readInputText } from './input.ts';
import { multivariateTask } from './multivariate.ts';
import { UnusableInput } from './task.ts';

/** 38 metrics of servers once a minute; one line per metric, first value then differences, in millionths. */
export const task = multivariateTask({
  name: 'smd',
  extension: 'dcol',
  settings: serverMetrics,
  readColumns: (file) => {
    const lines = readInputText(file).split(/\r?\n/);
    return lines.filter((line) => line !== '').map((line, at) => undoDifferences(line, `${file}:${at + 1}`));
  },
});

/** The sums stay whole numbers, so that rounding cannot build up over 20,000 rows. */
function undoDifferences(line: string, where: string): Float64Array {
  let sum = 0;
  return Float64Array.from(line.split(','), (cell) => {
    sum += Number(cell);
    if (!Number.isSafeInteger(sum)) throw new UnusableInput(`${where}: "${cell.slice(0, 20)}" is no whole number`);
    return sum / 1e6;
  });
}
