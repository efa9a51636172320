import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Announcer } from '../../agent/analyze/detect/announcer.ts';
import { SeriesDetector } from '../../agent/analyze/detect/series-detector.ts';
import { type AnnouncedSeriesSettings, unknownSeries } from '../../agent/analyze/detect/settings.ts';
import { listInputs, readTimedSeries, type TimedSeries } from './input.ts';
import { type Prediction, writePredictions } from './predictions.ts';
import type { AccuracyTask } from './task.ts';

/** Thresholds per profile, frozen on labelled files that the outside measurement does not use. */
const frozenThresholds = fileURLToPath(new URL('nab-thresholds.json', import.meta.url));

/** Streams of one value each, scored in [0, 1] from the first row (Lavin and Ahmad 2015, Numenta Anomaly Benchmark). */
export const task: AccuracyTask = {
  name: 'nab',
  async run(rootDir, outDir) {
    const dir = path.join(rootDir, 'nab', 'input');
    const files = listInputs(dir).filter((file) => file.endsWith('.csv'));
    const predictions = files.map((file) => announceSeries(file, readTimedSeries(path.join(dir, file)), unknownSeries));
    const out = path.join(outDir, 'nab.jsonl');
    const thresholds = path.join(outDir, 'nab-thresholds.json');
    writePredictions(out, predictions);
    copyFileSync(frozenThresholds, thresholds);
    return [out, thresholds];
  },
};

export function announceSeries(series: string, rows: TimedSeries, settings: AnnouncedSeriesSettings): Prediction {
  const detector = new SeriesDetector(settings.detector);
  const announcer = new Announcer(settings.memoryRows, settings.margin);
  const scores = Array.from(rows.values, (value, i) => {
    const news = announcer.push(detector.update(value, rows.atMs[i]!).score ?? 0);
    return 1 - Math.exp(-news); // evidence is a logarithm of odds, so this is a plain map into [0, 1)
  });
  return { series, scores };
}
