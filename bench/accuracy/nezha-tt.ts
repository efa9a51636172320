import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Span } from '../../agent/analyze/rootcause/edge-delay.ts';
import type { LogEvent } from '../../agent/analyze/rootcause/follow-ups.ts';
import { blameServices, type CpuUse, type Period } from '../../agent/analyze/rootcause/trace-blame.ts';
import { cellToNumber, readCsvRows, readInputText, readJson } from './input.ts';
import { type AccuracyTask, UnusableInput } from './task.ts';

/** Faults in a train-ticket application: which service is to blame, from one faulty and one fault-free minute. */
export const task: AccuracyTask = {
  name: 'nezha-tt',
  async run(rootDir, outDir) {
    const dir = path.join(rootDir, 'nezha-tt', 'input');
    const targets = readJson(path.join(dir, 'targets.json'), targetsSchema);
    const days = new Set(Object.values(targets).map((target) => target.day));
    const usual = new Map([...days].map((day) => [day, readPeriod(path.join(dir, `normal.${day}`))]));
    const blamed: Record<string, string[]> = {};
    for (const [name, target] of Object.entries(targets)) {
      const stem = path.join(dir, 'cases', name);
      const cpu = readCpuUse(`${stem}.metrics.csv`, target.window_start_unix);
      const blames = blameServices(usual.get(target.day)!, readPeriod(stem), cpu);
      blamed[name] = blames.slice(0, 5).map((blame) => blame.service);
    }
    const out = path.join(outDir, 'nezha-tt.json');
    writeFileSync(out, `${JSON.stringify(blamed, null, 1)}\n`);
    return [out];
  },
};

const id = z.union([z.number(), z.string()]);
const logLine = z
  .string()
  .transform((line, context) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.tuple([z.number(), z.string(), id, id, z.string()]));

const targetsSchema = z.record(z.string(), z.object({ day: z.string(), window_start_unix: z.number() }));

function readPeriod(stem: string): Period {
  return { spans: readSpans(`${stem}.trace.csv`), logs: readLogs(`${stem}.log.jsonl`) };
}

function readSpans(file: string): Span[] {
  const [header, ...rows] = readCsvRows(file);
  const at = (name: string) => header?.indexOf(name) ?? -1;
  const [id, parent, service, operation, duration] = [
    at('span'),
    at('parent'),
    at('service'),
    at('operation'),
    at('duration_us'),
  ];
  if (Math.min(id, parent, service, operation, duration) < 0) {
    throw new UnusableInput(`${file}:1: the header has to name span, parent, service, operation and duration_us`);
  }
  const spans = rows.map((row) => ({
    id: row[id]!,
    parent: row[parent] ?? '',
    service: row[service] ?? '',
    operation: row[operation] ?? '',
    // From the end: an operation may hold commas.
    durationUs: cellToNumber(row.at(duration - header!.length)),
  }));
  return spans.filter((span) => Number.isFinite(span.durationUs));
}

/** Lines `[us, service, trace, span, message]`; a line that is something else is left out. */
function readLogs(file: string): LogEvent[] {
  return readInputText(file)
    .split('\n')
    .flatMap((line) => {
      const parsed = logLine.safeParse(line);
      if (!parsed.success) return [];
      const [atUs, service, trace, span, message] = parsed.data;
      return [{ service, trace: String(trace), span: String(span), kind: kindOf(message), atUs }];
    });
}

/** Severity and place in the code, which follow the time of day: `16:44:08.588 INFO  p.c.PreserveController#35 ...`. */
function kindOf(message: string): string {
  return message.split(/\s+/, 3).slice(1).join(' ');
}

/** The last minute before the window is left out: the fault has been injected by then. */
const injectedBeforeS = 180;

function readCpuUse(file: string, windowStartS: number): Map<string, CpuUse> {
  const [header, ...rows] = readCsvRows(file);
  const [service, stamp, use] = ['service', 'timestamp', 'CpuUsageRate(%)'].map((name) => header?.indexOf(name) ?? -1);
  const found = new Map<string, { before: number[]; now: number[] }>();
  for (const row of rows) {
    const value = cellToNumber(row[use!]);
    const own = found.get(row[service!]!) ?? { before: [], now: [] };
    found.set(row[service!]!, own);
    if (!Number.isFinite(value)) continue;
    if (Number(row[stamp!]) < windowStartS - injectedBeforeS) own.before.push(value);
    else if (Number(row[stamp!]) >= windowStartS - 60) own.now.push(value);
  }
  return found;
}
