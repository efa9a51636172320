import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { backtestDiagnose } from '../../agent/analyze/backtest-diagnose.ts';
import { type NodeRecord, rankSuspects } from '../../agent/analyze/rootcause/call-flow.ts';
import { cellToNumber, readCsvRows, readJson } from './input.ts';
import { type AccuracyTask, UnusableInput } from './task.ts';

/** An application on a call graph: which node is to blame for the alert, or none. */
export const task: AccuracyTask = {
  name: 'petshop',
  async run(rootDir, outDir) {
    const dir = path.join(rootDir, 'petshop', 'input');
    const calls = readCalls(path.join(dir, 'graph.csv'));
    const usual = readTable(path.join(dir, 'normal.csv'));
    const blamed: Record<string, string[]> = {};
    for (const [name, target] of Object.entries(readJson(path.join(dir, 'targets.json'), targetsSchema))) {
      const now = target.case_rows === undefined ? readTable(path.join(dir, 'cases', `${name}.csv`)) : usual;
      const suspects = rankSuspects({
        calls,
        usual: recordsOf(usual, target, target.normal_rows),
        now: recordsOf(now, target, target.case_rows),
        alerting: target.node,
        worse: target.metric === 'availability' ? 'lower' : 'higher',
      });
      blamed[name] = suspects.slice(0, 5).map((suspect) => suspect.node);
    }
    const out = path.join(outDir, 'petshop.json');
    writeFileSync(out, `${JSON.stringify(blamed, null, 1)}\n`);
    const blind = path.join(outDir, 'petshop-all-metrics.json');
    writeFileSync(blind, `${JSON.stringify(blameBlindly(dir, calls, usual), null, 1)}\n`);
    return [out, blind];
  },
};

/** The same cases as `homeostat backtest diagnose` sees them: every metric, and not told which of them alerted. */
function blameBlindly(dir: string, calls: ReadonlyMap<string, readonly string[]>, usual: Table) {
  const blamed: Record<string, string[]> = {};
  for (const [name, target] of Object.entries(readJson(path.join(dir, 'targets.json'), targetsSchema))) {
    const now = target.case_rows === undefined ? readTable(path.join(dir, 'cases', `${name}.csv`)) : usual;
    const before = rowsOf(usual, target.normal_rows);
    const after = rowsOf(now, target.case_rows);
    const services = new Map<string, Map<string, number[]>>();
    for (const column of new Set([...usual.columns, ...now.columns])) {
      const [node, metric, statistic] = column.split('\u0000') as [string, string, string];
      const metrics = services.get(node) ?? new Map<string, number[]>();
      services.set(node, metrics);
      const values = [...valuesOf(usual, before, column), ...valuesOf(now, after, column)];
      metrics.set(metric === 'requests' && statistic === 'Sum' ? 'requests' : `${metric}_${statistic}`, values);
    }
    const rows = before.length + after.length;
    const incident = { services, rows, startRow: before.length, calls, alerting: target.node };
    blamed[name] = backtestDiagnose(incident)
      .suspects.slice(0, 5)
      .map(({ service }) => service);
  }
  return blamed;
}

function rowsOf({ rows }: Table, span: readonly [number, number] | undefined): Table['rows'] {
  return span === undefined ? rows : rows.slice(span[0], span[1] + 1);
}

function valuesOf({ columns }: Table, rows: Table['rows'], column: string): number[] {
  const at = columns.indexOf(column);
  return rows.map((row) => (at < 0 ? Number.NaN : row[at]!));
}

/** First and last row, counted from 0, in the normal table; absent = all of it. */
const span = z.tuple([z.int().min(0), z.int().min(0)]);
const targetsSchema = z.record(
  z.string(),
  z.object({
    node: z.string(),
    metric: z.string(),
    agg: z.string(),
    normal_rows: span.optional(),
    case_rows: span.optional(),
  }),
);
type Target = z.infer<typeof targetsSchema>[string];

/** Three header rows (node, metric, statistic), one row naming the index, then a row per five minutes. */
interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

const columnName = (...parts: readonly (string | undefined)[]) => parts.join('\u0000');

function readTable(file: string): Table {
  const [nodes, metrics, statistics, ...rest] = readCsvRows(file);
  if (nodes === undefined || metrics === undefined || statistics === undefined) {
    throw new UnusableInput(`${file}:1: three header rows are needed: node, metric, statistic`);
  }
  const columns = nodes.slice(1).map((node, i) => columnName(node, metrics[i + 1], statistics[i + 1]));
  const rows = rest.filter((row) => row.slice(1).some((cell) => cell !== ''));
  return { columns, rows: rows.map((row) => row.slice(1).map(cellToNumber)) };
}

function readCalls(file: string): Map<string, string[]> {
  const [header, ...rows] = readCsvRows(file);
  const callees = header?.slice(1) ?? [];
  return new Map(rows.map(([caller, ...marks]) => [caller!, callees.filter((_, i) => cellToNumber(marks[i]) > 0)]));
}

function recordsOf(table: Table, target: Target, span: readonly [number, number] | undefined): Map<string, NodeRecord> {
  const rows = rowsOf(table, span);
  const at = new Map(table.columns.map((name, i) => [name, i]));
  const records = new Map<string, NodeRecord>();
  for (const node of new Set(table.columns.map((name) => name.split('\u0000')[0]!))) {
    const value = at.get(columnName(node, target.metric, target.agg));
    const calls = at.get(columnName(node, 'requests', 'Sum'));
    if (value === undefined || calls === undefined) continue;
    records.set(node, { value: rows.map((row) => row[value]!), calls: rows.map((row) => row[calls]!) });
  }
  return records;
}
