/**
 * `node bench/accuracy/train/failure.ts --data ROOT`: learns the disk failure model from ROOT/backblaze (input and
 * labels) and writes bench/accuracy/models/disk-failure.json. Every drive is first judged by a model that never saw
 * it (drive-level folds): from those judgements come the alarm threshold and the calibration, and the report on stderr.
 * Takes minutes on one core. Deterministic: the same input gives the same model, byte by byte.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { logOdds } from '../../../agent/analyze/failure/boosted-trees.ts';
import type { FailureModel } from '../../../agent/analyze/failure/failure-model.ts';
import { readDrives } from '../drives.ts';
import { trainBoostedTrees } from './boosting.ts';
import { fitIsotonic } from './isotonic.ts';
import { alarmScoreAt, type JudgedDrive, shareDetected } from './threshold.ts';
import { foldOf, kindRisksOf, type Lives, readLives, trainingRowsOf } from './training-rows.ts';

const settings = {
  trees: 120,
  depth: 4,
  learningRate: 0.08,
  minLeafWeight: 15,
  l2: 5,
  featureShare: 0.5,
  seed: 7,
};
const horizonHours = 720;
const folds = 3;
/** A little under the one per cent allowed, because the threshold itself is an estimate. */
const alarmedHealthyShare = 0.0095;
const modelFile = path.join(import.meta.dirname, '..', 'models', 'disk-failure.json');

function train(lives: Lives, use: (drive: string) => boolean) {
  const kindRisks = kindRisksOf(lives, use);
  const rows = trainingRowsOf(lives, kindRisks, use, horizonHours);
  return { kindRisks, trees: trainBoostedTrees(rows.training, settings) };
}

/** Log-odds of every reading by a model that never saw the drive. */
function judgeUnseen(lives: Lives): { drives: JudgedDrive[]; odds: number[]; failed: boolean[] } {
  const drives: JudgedDrive[] = [];
  const odds: number[] = [];
  const failed: boolean[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const { kindRisks, trees } = train(lives, (drive) => foldOf(drive, folds) !== fold);
    for (const life of lives.of((drive) => foldOf(drive, folds) === fold, kindRisks)) {
      const own = life.features.map((features) => logOdds(trees, features));
      drives.push({ ...life, scores: own.map((value) => 1 / (1 + Math.exp(-value))) });
      for (const [i, hour] of life.hours.entries()) {
        const left = life.endHour - hour;
        if (!life.failed && left < horizonHours) continue;
        odds.push(own[i]!);
        failed.push(life.failed && left <= horizonHours);
      }
    }
    console.error(`fold ${fold + 1} of ${folds} done`);
  }
  return { drives, odds, failed };
}

function main(dataDir: string): void {
  const dir = path.join(dataDir, 'backblaze');
  const drives = readDrives(path.join(dir, 'input'));
  const lives = readLives(drives, path.join(dir, 'labels', 'labels.csv'));
  const unseen = judgeUnseen(lives);
  const alarmScore = alarmScoreAt(unseen.drives, alarmedHealthyShare);
  console.error(`detected 1 to 30 days ahead, unseen drives: ${shareDetected(unseen.drives, alarmScore).toFixed(4)}`);
  const model: FailureModel = {
    attributes: drives.attributes,
    horizonHours,
    ...train(lives, () => true),
    calibration: fitIsotonic(unseen.odds, unseen.failed),
    alarmScore,
  };
  writeFileSync(modelFile, `${JSON.stringify(model)}\n`);
}

const { values } = parseArgs({ options: { data: { type: 'string' } } });
if (values.data === undefined) {
  console.error('usage: node bench/accuracy/train/failure.ts --data ROOT');
  process.exitCode = 2;
} else {
  main(values.data);
}
