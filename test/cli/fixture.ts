import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateFiles } from '../../agent/config/state-files.ts';
import { openSqliteJournal } from '../../agent/knowledge/journal-sqlite.ts';
import { startApi } from '../../api/server.ts';
import { ensureTokens } from '../../api/tokens.ts';
import { type Host, runCommandLine } from '../../cli/program.ts';
import type { AgentRecord } from '../../model/record.ts';
import { startMs } from '../agent/views/records.ts';
import { configIn, type FakeAgent, fakeAgent } from '../api/fixture.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A working directory with a configuration, in which command lines run. */
export interface Bench {
  readonly folder: string;
  run(line: string, env?: Record<string, string>): Promise<Ran>;
  write(name: string, text: string): void;
  /** A daemon with this agent, until the bench is removed. */
  serve(agent?: FakeAgent): Promise<FakeAgent>;
  /** A journal as a daemon that has ended left it. */
  journal(records: readonly AgentRecord[]): void;
  remove(): Promise<void>;
}

export function createBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-cli-'));
  const closers: (() => Promise<void>)[] = [];
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  // Port 2 was never in use: nobody listens there.
  write(
    'homeostat.yaml',
    `version: 1\ncluster: { id: lab }\nstateDir: ${folder}\nengine: { sim: {} }\napi: { port: 2 }\n`,
  );
  return {
    folder,
    write,
    run: (line, env = {}) => runLine(folder, line, env),
    async serve(agent = fakeAgent()) {
      const tokens = ensureTokens(folder);
      if (!tokens.ok) throw new Error(tokens.message);
      const clock = { nowMs: () => startMs + 60_000 };
      const api = await startApi({ config: configIn(folder), agent, tokens: tokens.tokens, clock });
      closers.push(() => api.close());
      return agent;
    },
    journal(records) {
      const journal = openSqliteJournal(stateFiles(folder).journal, { anchor: null });
      for (const record of records) journal.append(record.atMs, [record]);
      journal.close();
    },
    async remove() {
      for (const close of closers) await close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Words of a line as a shell splits them, with double quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

async function runLine(folder: string, line: string, env: Record<string, string>): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const host = { stdin: { isTTY: false }, stdout: sink('stdout'), stderr: sink('stderr'), env, cwd: () => folder };
  const exitCode = await runCommandLine(wordsOf(line), host as unknown as Host);
  return { exitCode, ...written };
}
