import { writeFileSync } from 'node:fs';
import type { Episode } from '../../agent/analyze/detect/episodes.ts';

/** What the scorer wants for one series: a score per row, larger is stranger, and the alerts really raised. */
export interface Prediction {
  readonly series: string;
  readonly scores: readonly number[];
  readonly alerts?: readonly Episode[];
}

/** Writes JSON lines; scores keep six digits, which is more than any of them means. */
export function writePredictions(file: string, predictions: readonly Prediction[]): void {
  const lines = predictions.map(({ series, scores, alerts }) => {
    const rounded = scores.map((score) => Number(score.toPrecision(6)));
    const spans = alerts?.map((episode) => [episode.firstRow, episode.lastRow]);
    return JSON.stringify({ series, scores: rounded, ...(spans === undefined ? {} : { alerts: spans }) });
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
}
