import path from 'node:path';
import { EpisodeTracker } from '../../agent/analyze/detect/episodes.ts';
import { SeriesDetector } from '../../agent/analyze/detect/series-detector.ts';
import { type AlertedSeriesSettings, serviceSeries } from '../../agent/analyze/detect/settings.ts';
import { listInputs, readTimedSeries, type TimedSeries } from './input.ts';
import { type Prediction, writePredictions } from './predictions.ts';
import type { AccuracyTask } from './task.ts';

/** Production telemetry of cloud services, one series per file, without a part to learn from. */
export const task: AccuracyTask = {
  name: 'cloudmon',
  async run(rootDir, outDir) {
    const dir = path.join(rootDir, 'cloudmon', 'input');
    const files = listInputs(dir).filter((file) => file.endsWith('.csv'));
    const predictions = files.map((file) => {
      return alertOnSeries(file.slice(0, -'.csv'.length), readTimedSeries(path.join(dir, file)), serviceSeries);
    });
    const out = path.join(outDir, 'cloudmon.jsonl');
    writePredictions(out, predictions);
    return [out];
  },
};

/** A missing value scores 0 and raises nothing: no opinion. */
export function alertOnSeries(series: string, rows: TimedSeries, settings: AlertedSeriesSettings): Prediction {
  const detector = new SeriesDetector(settings.detector);
  const tracker = new EpisodeTracker(settings.alert);
  const scores = Array.from(rows.values, (value, i) => {
    const judgement = detector.update(value, rows.atMs[i]!);
    tracker.push(judgement.level);
    return judgement.score ?? 0;
  });
  return { series, scores, alerts: tracker.episodes };
}
