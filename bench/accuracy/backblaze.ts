import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type FailureModel, HazardTracker, hazardOf } from '../../agent/analyze/failure/failure-model.ts';
import { parseFailureModel } from '../../agent/analyze/failure/parse-model.ts';
import { readDrives } from './drives.ts';
import { readInputText } from './input.ts';
import { type AccuracyTask, UnusableInput } from './task.ts';

/** The model is shipped: labels are not there when this is measured. */
const modelFile = path.join(import.meta.dirname, 'models', 'disk-failure.json');

/** Disks that will fail: a score from every reading on, the threshold at which it is an alarm, and why it was one. */
export const task: AccuracyTask = {
  name: 'backblaze',
  async run(rootDir, outDir) {
    const model = readModel();
    const { attributes, histories } = readDrives(path.join(rootDir, 'backblaze', 'input'));
    if (attributes.join() !== model.attributes.join()) {
      throw new UnusableInput(
        `backblaze: the model knows ${model.attributes.join(', ')}, the input has ${attributes.join(', ')}`,
      );
    }
    const lines = ['drive,hour,score'];
    const alarms: string[] = [];
    for (const [drive, history] of histories) {
      const tracker = new HazardTracker(model, history.kind, history.sizeTb);
      for (const reading of history.readings) {
        lines.push(`${drive},${reading.hour},${tracker.score(reading).toFixed(6)}`);
      }
      const hazard = hazardOf(model, history);
      if (hazard !== undefined && hazard.score >= model.alarmScore) alarms.push(JSON.stringify({ drive, ...hazard }));
    }
    const out = path.join(outDir, 'backblaze.csv');
    const threshold = path.join(outDir, 'backblaze-threshold.txt');
    writeFileSync(out, `${lines.join('\n')}\n`);
    writeFileSync(threshold, `${model.alarmScore}\n`);
    const why = path.join(outDir, 'backblaze-alarms.jsonl');
    writeFileSync(why, alarms.map((line) => `${line}\n`).join(''));
    return [out, threshold, why];
  },
};

function readModel(): FailureModel {
  if (!existsSync(modelFile))
    throw new UnusableInput(`${modelFile}: there is no model; tools/train-failure.ts makes it`);
  const parsed = parseFailureModel(readInputText(modelFile));
  if (!parsed.ok) throw new UnusableInput(`${modelFile}: ${parsed.mistake}`);
  return parsed.model;
}
