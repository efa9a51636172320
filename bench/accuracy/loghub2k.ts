import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TemplateMiner } from '../../agent/analyze/logs/template-miner.ts';
import { listInputs, readInputText } from './input.ts';
import type { AccuracyTask } from './task.ts';

const contentSuffix = '.content.txt';

/** Log lines without their header, one file per system; every system is mined with the same settings. */
export const task: AccuracyTask = {
  name: 'loghub2k',
  async run(rootDir, outDir) {
    const dir = path.join(rootDir, 'loghub2k', 'input');
    const toDir = path.join(outDir, 'loghub2k');
    mkdirSync(toDir, { recursive: true });
    const files = listInputs(dir).filter((file) => file.endsWith(contentSuffix));
    return files.map((file) => {
      const lines = readInputText(path.join(dir, file))
        .replace(/\r?\n$/, '')
        .split(/\r?\n/);
      const out = path.join(toDir, `${file.slice(0, -contentSuffix.length)}.csv`);
      writeFileSync(out, templatesCsv(lines));
      return out;
    });
  },
};

function templatesCsv(lines: readonly string[]): string {
  const miner = new TemplateMiner();
  const handles = lines.map((line) => miner.add(line));
  const rows = handles.map((handle, i) => {
    return `${i + 1},${miner.clusterOf(handle)},"${miner.templateOf(handle).replaceAll('"', '""')}"`;
  });
  return `LineId,Cluster,Template\n${rows.join('\n')}\n`;
}
