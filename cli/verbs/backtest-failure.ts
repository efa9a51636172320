import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backtestFailure, type DriveBacktest, failureAttributes } from '../../agent/analyze/backtest-failure.ts';
import { packageRoot } from '../../agent/views/files.ts';
import { escapeText, percentText } from '../../agent/views/text.ts';
import { escapeHtml } from '../../sim/chaos/page.ts';
import { pictureOf, terminalChart, writeReport } from '../backtest-page.ts';
import { type DrivesFile, readDrivesFile } from '../drives-file.ts';
import { CliError, exitCodes, type Io, type Options, print } from '../io.ts';
import { tableText } from '../table.ts';

const modelFile = 'bench/accuracy/models/disk-failure.json';
const drivesShown = 20;

/** `homeostat backtest failure`. Exit code 8 where a disk would have been an alarm. */
export async function failure(io: Io, files: readonly string[], options: Options): Promise<number> {
  const modelText = readFileSync(join(packageRoot(), modelFile), 'utf8');
  const attributes = failureAttributes(modelText);
  if ('mistake' in attributes) {
    const told = { code: 'MODEL_BROKEN', message: attributes.mistake, where: modelFile, hint: 'install it anew' };
    throw new CliError(exitCodes.failed, told);
  }
  const results = files.map((file) => {
    const read = readDrivesFile(io, file, attributes);
    const { drives, horizonHours } = backtestFailure(modelText, read.histories, read.failedHours);
    return { file, read, horizonHours, drives };
  });
  const data = results.map(({ file, read, horizonHours, drives }) => {
    return { file, horizonHours, skippedRows: read.skipped, summary: summaryOf(drives), drives };
  });
  print(io, { results: data }, () => results.map((one) => failureText(one.file, one.read, one.drives)).join('\n\n'));
  const sectionOf = async ({ file, drives }: (typeof results)[number]) => {
    const rows = shown(drives).map(
      (cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
    );
    const chart = await pictureOf({
      title: `${file}: score of ${drives[0]!.drive}, reading by reading`,
      values: drives[0]!.scores,
    });
    const heads = head.map((title) => `<th>${title}</th>`).join('');
    return `${chart}<p>${escapeHtml(summaryText(drives))}</p><table><tr>${heads}</tr>${rows.join('')}</table>`;
  };
  await writeReport(io, options, 'Back-test of disk failures', () => Promise.all(results.map(sectionOf)));
  return results.some(({ drives }) => drives.some(({ alarmHour }) => alarmHour !== null))
    ? exitCodes.findings
    : exitCodes.done;
}

/** Where the file says which disks failed: how many the alarm caught before that, how early, and at what price. */
function summaryOf(drives: readonly DriveBacktest[]) {
  const failed = drives.filter(({ failedHour }) => failedHour !== null);
  const healthy = drives.filter(({ failedHour }) => failedHour === null);
  const leadHours = failed
    .flatMap(({ failedHour, alarmHour }) =>
      alarmHour === null || alarmHour >= failedHour! ? [] : failedHour! - alarmHour,
    )
    .sort((a, b) => a - b);
  return {
    disks: drives.length,
    alarmed: drives.filter(({ alarmHour }) => alarmHour !== null).length,
    failed: failed.length,
    caught: leadHours.length,
    leadHoursMedian: leadHours[leadHours.length >> 1] ?? null,
    healthyAlarmedRatio:
      healthy.length === 0 ? null : healthy.filter(({ alarmHour }) => alarmHour !== null).length / healthy.length,
  };
}

function summaryText(drives: readonly DriveBacktest[]): string {
  const { disks, alarmed, failed, caught, leadHoursMedian, healthyAlarmedRatio } = summaryOf(drives);
  const alarms = `${disks} disks, ${alarmed} would have been an alarm`;
  if (failed === 0) return `${alarms}; the file names no failed disk, so there is nothing to score`;
  const lead = leadHoursMedian === null ? '' : `, ${(leadHoursMedian / 24).toFixed(1)} days before at the median`;
  const price = healthyAlarmedRatio === null ? '' : `; ${percentText(healthyAlarmedRatio)} of the others alarmed`;
  return `${alarms}; ${caught} of ${failed} failures seen before they came${lead}${price}`;
}

const head = ['DISK', 'READINGS', 'FIRST ALARM', 'PROBABILITY', 'FAILED', 'BECAUSE'];

function shown(drives: readonly DriveBacktest[]): string[][] {
  return drives
    .slice(0, drivesShown)
    .map(({ drive, readings, alarmHour, probability, failedHour, reasons }) => [
      escapeText(drive, 40),
      String(readings),
      alarmHour === null ? '-' : `hour ${alarmHour}`,
      percentText(probability),
      failedHour === null ? '-' : `hour ${failedHour}`,
      reasons.map(({ feature }) => feature).join('; '),
    ]);
}

function failureText(file: string, { skipped }: DrivesFile, drives: readonly DriveBacktest[]): string {
  const unread = skipped === 0 ? '' : `; ${skipped} rows without a disk or an hour are left out`;
  const rest = drives.length <= drivesShown ? [] : [`... and ${drives.length - drivesShown} less likely ones`];
  const chart = terminalChart(drives[0]!.scores);
  return [`${file}: ${summaryText(drives)}${unread}`, chart, tableText(head, shown(drives)), ...rest].join('\n');
}
