import path from 'node:path';
import { EpisodeTracker } from '../../agent/analyze/detect/episodes.ts';
import { MultivariateDetector } from '../../agent/analyze/detect/multivariate.ts';
import { fitMultivariate } from '../../agent/analyze/detect/multivariate-model.ts';
import type { MultivariateSettings } from '../../agent/analyze/detect/settings.ts';
import { listInputs } from './input.ts';
import { type Prediction, writePredictions } from './predictions.ts';
import type { AccuracyTask } from './task.ts';

export interface MultivariateSource {
  readonly name: string;
  /** File extension of the parts, such as `dcol` in `machine-1-2.train.dcol`. */
  readonly extension: string;
  /** One array per metric. */
  readColumns(file: string): Float64Array[];
  readonly settings: MultivariateSettings;
}

/** A task over machines that each have an unlabelled train part and a test part. */
export function multivariateTask(source: MultivariateSource): AccuracyTask {
  const { name, extension } = source;
  return {
    name,
    async run(rootDir, outDir) {
      const dir = path.join(rootDir, name, 'input');
      const ending = `.test.${extension}`;
      const machines = listInputs(dir).filter((file) => file.endsWith(ending));
      const predictions = machines.map((file) => {
        const machine = file.slice(0, -ending.length);
        const train = source.readColumns(path.join(dir, `${machine}.train.${extension}`));
        return judgeMachine(machine, train, source.readColumns(path.join(dir, file)), source.settings);
      });
      const out = path.join(outDir, `${name}.jsonl`);
      writePredictions(out, predictions);
      return [out];
    },
  };
}

/** Scores the test part row by row. A machine without a usable history gets scores of 0 and no alert: an abstention. */
export function judgeMachine(
  machine: string,
  train: readonly Float64Array[],
  test: readonly Float64Array[],
  settings: MultivariateSettings,
): Prediction {
  const rows = test[0]?.length ?? 0;
  const model = train.length === test.length ? fitMultivariate(train, settings.channels) : null;
  if (model === null) {
    console.error(`${machine}: not judged, its train part is too short or differs in its metrics`);
    return { series: machine, scores: new Array<number>(rows).fill(0), alerts: [] };
  }
  const detector = new MultivariateDetector(model, settings.smoothing);
  const tracker = new EpisodeTracker(settings.alert);
  const scores: number[] = [];
  for (let i = 0; i < rows; i++) {
    const judgement = detector.update(test.map((column) => column[i] ?? Number.NaN));
    tracker.push(judgement.level);
    scores.push(judgement.score);
  }
  return { series: machine, scores, alerts: tracker.episodes };
}
