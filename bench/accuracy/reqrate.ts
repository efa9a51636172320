import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { forecastByEnsemble, type IntervalForecast } from '../../agent/analyze/forecast/ensemble.ts';
import { cellToNumber, readCsvRows, readJson } from './input.ts';
import { type AccuracyTask, UnusableInput } from './task.ts';

const tasksSchema = z.record(
  z.string(),
  z.object({
    season: z.int().min(1),
    horizon: z.int().min(1),
    origins: z.array(z.int().min(1)),
  }),
);

/** Request rates for autoscaling: at each origin, one day ahead from the samples before it. */
export const task: AccuracyTask = {
  name: 'reqrate',
  async run(rootDir, outDir) {
    const dir = path.join(rootDir, 'reqrate', 'input');
    const lines: string[] = [];
    for (const [series, { season, horizon, origins }] of Object.entries(
      readJson(path.join(dir, 'tasks.json'), tasksSchema),
    )) {
      const values = readCsvRows(path.join(dir, `${series}.csv`)).map((row) => cellToNumber(row[0]));
      for (const origin of origins) {
        const forecast = forecastByEnsemble(values.slice(0, origin), { season, horizon });
        if (forecast === null) throw new UnusableInput(`${series}: not two seasons of values before origin ${origin}`);
        lines.push(predictionLine(series, origin, forecast));
      }
    }
    const out = path.join(outDir, 'reqrate.jsonl');
    writeFileSync(out, `${lines.join('\n')}\n`);
    return [out];
  },
};

function predictionLine(series: string, origin: number, forecast: IntervalForecast): string {
  const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toPrecision(7)));
  const { mean, q10, q90 } = forecast;
  return JSON.stringify({
    series,
    origin,
    mean: rounded(mean),
    q10: rounded(q10),
    q50: rounded(mean),
    q90: rounded(q90),
  });
}
