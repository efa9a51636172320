import { instantOf, numberOf, readCsv } from './csv.ts';
import { CliError, exitCodes, type Io } from './io.ts';

/** Metrics of services as people's own file tells them, on one list of rows in order of time. */
export interface ServicesFile {
  readonly atMs: readonly number[];
  /** Service, then metric, then one value per row; NaN where a cell is empty or no number. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
  /** Rows without a readable time, service or metric. */
  readonly skippedRows: number;
}

/** Cells kept at most, so that a file of another kind cannot take all memory. */
const cellsMax = 20_000_000;

interface Sample {
  readonly atMs: number;
  readonly service: string;
  readonly metric: string;
  readonly value: number;
}

/**
 * Reads `timestamp,service.metric,...` (a service's name ends at its first dot) or `timestamp,service,metric,value`.
 * @throws CliError where the file is missing, has neither header, or holds no number
 */
export function readServicesFile(io: Io, file: string): ServicesFile {
  const [header = [], ...rows] = readCsv(io, file);
  const names = header.map((name) => name.toLowerCase());
  const isLong = ['timestamp', 'service', 'metric', 'value'].every((name) => names.includes(name));
  const readRow = isLong ? longRow(names) : wideRow(header);
  const read = rows.map(readRow);
  const samples = read.flat();
  if (!samples.some(({ value }) => Number.isFinite(value))) throw unusable(file, 'holds no number of a service');
  return { ...gridOf(file, samples), skippedRows: read.filter((own) => own.length === 0).length };
}

/** Caller to callees, from `caller,callee` rows with or without that header. @throws CliError where there are none */
export function readCallsFile(io: Io, file: string): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  for (const [caller = '', callee = ''] of readCsv(io, file)) {
    if (caller === '' || callee === '' || (caller.toLowerCase() === 'caller' && callee.toLowerCase() === 'callee'))
      continue;
    calls.set(caller, [...(calls.get(caller) ?? []), callee]);
  }
  if (calls.size > 0) return calls;
  const hint = 'one call per line: caller,callee';
  throw new CliError(exitCodes.usage, { code: 'CALLS_UNUSABLE', message: 'names no call', where: `${file}:1`, hint });
}

type ReadRow = (cells: readonly string[]) => readonly Sample[];

function longRow(names: readonly string[]): ReadRow {
  const [time, service, metric, value] = ['timestamp', 'service', 'metric', 'value'].map((name) => names.indexOf(name));
  return (cells) => {
    const sample = {
      atMs: instantOf(cells[time!] ?? ''),
      service: cells[service!] ?? '',
      metric: cells[metric!] ?? '',
      value: numberOf(cells[value!] ?? ''),
    };
    return Number.isFinite(sample.atMs) && sample.service !== '' && sample.metric !== '' ? [sample] : [];
  };
}

function wideRow(header: readonly string[]): ReadRow {
  const columns = header.flatMap((name, column) => {
    const dot = name.indexOf('.');
    const isSeries = column > 0 && dot > 0 && dot < name.length - 1;
    return isSeries ? [{ column, service: name.slice(0, dot), metric: name.slice(dot + 1) }] : [];
  });
  return (cells) => {
    const atMs = instantOf(cells[0] ?? '');
    if (!Number.isFinite(atMs)) return [];
    return columns.map(({ column, service, metric }) => ({
      atMs,
      service,
      metric,
      value: numberOf(cells[column] ?? ''),
    }));
  };
}

function gridOf(file: string, samples: readonly Sample[]) {
  const atMs = [...new Set(samples.map((sample) => sample.atMs))].sort((a, b) => a - b);
  const rowAt = new Map(atMs.map((instantMs, row) => [instantMs, row]));
  const services = new Map<string, Map<string, number[]>>();
  let cells = 0;
  for (const sample of samples) {
    const metrics = services.get(sample.service) ?? new Map<string, number[]>();
    services.set(sample.service, metrics);
    let values = metrics.get(sample.metric);
    if (values === undefined) {
      cells += atMs.length;
      if (cells > cellsMax) throw unusable(file, `spans more than ${cellsMax} cells`);
      values = new Array<number>(atMs.length).fill(Number.NaN);
      metrics.set(sample.metric, values);
    }
    values[rowAt.get(sample.atMs)!] = sample.value;
  }
  return { atMs, services };
}

function unusable(file: string, message: string): CliError {
  const hint = 'a header timestamp,checkout.latency_ms,... or timestamp,service,metric,value, and rows with numbers';
  return new CliError(exitCodes.usage, { code: 'SERVICES_UNUSABLE', message, where: `${file}:1`, hint });
}
