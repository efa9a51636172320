import { backtestDiagnose, type Diagnosis, type Suspect } from '../../agent/analyze/backtest-diagnose.ts';
import { escapeText } from '../../agent/views/text.ts';
import { escapeHtml } from '../../sim/chaos/page.ts';
import { type ChartNotes, pictureOf, terminalChart, timeText, writeReport } from '../backtest-page.ts';
import { instantOf } from '../csv.ts';
import { exitCodes, type Io, type Options, print, textOption, usageError } from '../io.ts';
import { readCallsFile, readServicesFile, type ServicesFile } from '../services-file.ts';
import { tableText } from '../table.ts';

interface Result {
  readonly file: string;
  readonly read: ServicesFile;
  readonly startRow: number;
  readonly diagnosis: Diagnosis;
}

/** `homeostat backtest diagnose`. Exit code 8 where somebody is suspected, 0 where it abstains. */
export async function diagnose(io: Io, files: readonly string[], options: Options): Promise<number> {
  const graphFile = textOption(options, 'graph');
  const calls = graphFile === null ? null : readCallsFile(io, graphFile);
  const alerting = textOption(options, 'alert');
  if (alerting !== null && calls === null) {
    const hint = 'add --graph with who calls whom: from the alert on only what that service calls is suspected';
    throw usageError('--alert', 'needs --graph', hint);
  }
  const results = files.map((file): Result => {
    const read = readServicesFile(io, file);
    if (alerting !== null && !read.services.has(alerting)) throw unknownAlert(alerting, file, read);
    const startRow = startRowOf(read, file, textOption(options, 'at'));
    const { services, atMs } = read;
    return {
      file,
      read,
      startRow,
      diagnosis: backtestDiagnose({ services, rows: atMs.length, startRow, calls, alerting }),
    };
  });
  const data = results.map(({ file, read, startRow, diagnosis }) => {
    return { file, incidentAt: timeText(read.atMs[startRow]!), skippedRows: read.skippedRows, ...diagnosis };
  });
  print(io, { results: data }, () => results.map(diagnosisText).join('\n\n'));
  await writeReport(io, options, 'Back-test of diagnosis', () => Promise.all(results.map(sectionOf)));
  return results.some(({ diagnosis }) => diagnosis.suspects.length > 0) ? exitCodes.findings : exitCodes.done;
}

function unknownAlert(alerting: string, file: string, { services }: ServicesFile) {
  const some = [...services.keys()].slice(0, 10).join(', ');
  return usageError('--alert', `${file} has no service ${alerting}`, `one of: ${some}`);
}

/** A row from 1, or the first row at or after a time; without either the last tenth of the file. */
function startRowOf({ atMs }: ServicesFile, file: string, told: string | null): number {
  if (told === null) return atMs.length - Math.ceil(atMs.length / 10);
  const row = Number(told);
  if (Number.isInteger(row) && row >= 1 && row <= atMs.length) return row - 1;
  const startMs = instantOf(told);
  const found = atMs.findIndex((instantMs) => instantMs >= startMs);
  if (found >= 0) return found;
  const hint = `a row from 1 to ${atMs.length}, or a time up to ${timeText(atMs.at(-1)!)}`;
  throw usageError('--at', `"${told}" is no row or time of ${file}`, hint);
}

const head = ['SUSPECT', 'WEIGHT', 'METRIC', 'USUALLY', 'IN THE INCIDENT', 'TIMES ITS USUAL HARM'];
const suspectsShown = 10;

function rowsOf(suspects: readonly Suspect[]): string[][] {
  return suspects
    .slice(0, suspectsShown)
    .flatMap(({ service, weightNats, evidence }) =>
      evidence.map(({ metric, usualMedian, incidentMedian, timesUsual }, index) => [
        index === 0 ? escapeText(service, 40) : '',
        index === 0 ? weightNats.toFixed(1) : '',
        escapeText(metric, 40),
        usualMedian.toPrecision(4),
        incidentMedian.toPrecision(4),
        timesUsual.toFixed(1),
      ]),
    );
}

function diagnosisText({ file, read, startRow, diagnosis }: Result): string {
  const unread = read.skippedRows === 0 ? '' : `; ${read.skippedRows} unreadable rows are left out`;
  const settle = diagnosis.wouldSettle.map((what) => `would settle more: ${what}`);
  const title = `${file}: ${read.services.size} services, incident from row ${startRow + 1} (${timeText(read.atMs[startRow]!)})${unread}`;
  if (diagnosis.abstained !== null) return [title, `abstains: ${diagnosis.abstained}`, ...settle].join('\n');
  const { name, values } = strongest(read, diagnosis.suspects[0]!);
  return [
    title,
    escapeText(name),
    terminalChart(values, incidentOf({ read, startRow })),
    tableText(head, rowsOf(diagnosis.suspects)),
    ...settle,
  ].join('\n');
}

/** The series that speaks most against a suspect. */
function strongest({ services }: ServicesFile, { service, evidence }: Suspect) {
  const { metric } = evidence.reduce((a, b) => (b.harmShareRatio > a.harmShareRatio ? b : a));
  return { name: `${service}.${metric}`, values: services.get(service)!.get(metric)! };
}

/** The rows of the incident, which the charts mark. */
function incidentOf({ read, startRow }: Pick<Result, 'read' | 'startRow'>): ChartNotes {
  return { atMs: read.atMs, spans: [{ firstRow: startRow, lastRow: read.atMs.length - 1 }] };
}

async function sectionOf({ file, read, startRow, diagnosis }: Result): Promise<string> {
  const settle = diagnosis.wouldSettle.map((what) => `<li>${escapeHtml(what)}</li>`).join('');
  const rest = settle === '' ? '' : `<p>Would settle more:</p><ul>${settle}</ul>`;
  if (diagnosis.abstained !== null) {
    return `<h2>${escapeHtml(file)}</h2><p>Abstains: ${escapeHtml(diagnosis.abstained)}</p>${rest}`;
  }
  const { name, values } = strongest(read, diagnosis.suspects[0]!);
  const rows = rowsOf(diagnosis.suspects).map((cells) => cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join(''));
  const heads = head.map((title) => `<th>${title}</th>`).join('');
  const table = `<table><tr>${heads}</tr>${rows.map((cells) => `<tr>${cells}</tr>`).join('')}</table>`;
  return `${await pictureOf({ title: `${file}: ${name}`, values, ...incidentOf({ read, startRow }) })}${table}${rest}`;
}
