import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandRequest, CommandResult } from '../../agent/commands.ts';
import type { Config } from '../../agent/config.ts';
import { parseConfig } from '../../agent/config.ts';
import { applyRecord, createKnowledge } from '../../agent/knowledge/knowledge.ts';
import type { AgentFace, AgentStatus } from '../../agent/views/face.ts';
import { startApi } from '../../api/server.ts';
import { ensureTokens, type Token } from '../../api/tokens.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Observation } from '../../model/observation.ts';
import type { AgentRecord, JournalRow } from '../../model/record.ts';
import { askedRecords, inventory as exampleInventory, startMs } from '../agent/views/records.ts';

/** An agent that knows what its records say and writes down what it is told; everything above it is the real thing. */
export interface FakeAgent extends AgentFace {
  readonly submitted: CommandRequest[];
  readonly observed: { source: string; observations: readonly Observation[] }[];
  append(...records: AgentRecord[]): void;
  answerWith(result: CommandResult): void;
  setStatus(changes: Partial<AgentStatus>): void;
  setInventory(inventory: Inventory | null): void;
}

export function fakeAgent(records: readonly AgentRecord[] = askedRecords): FakeAgent {
  const knowledge = createKnowledge();
  const rows: JournalRow[] = [];
  const listeners = new Set<(row: JournalRow) => void>();
  const submitted: CommandRequest[] = [];
  const observed: FakeAgent['observed'] = [];
  let inventory: Inventory | null = exampleInventory;
  let result: CommandResult = { ok: true, message: 'done' };
  let status: AgentStatus = {
    clusterId: 'lab',
    ready: true,
    notReadyWhy: null,
    mode: 'guarded',
    policyName: 'lab',
    policyHash: 'c0ffee0123456789',
    holdsLease: true,
    dataAgeMs: { docker: 1_500, nats: null },
    stop: null,
    paused: null,
    slos: [],
    own: null,
  };
  const append = (...added: AgentRecord[]) => {
    for (const record of added) {
      applyRecord(knowledge, record);
      const seq = rows.length + 1;
      const row = { seq, atMs: record.atMs, record, prevHash: `h${seq - 1}`, hash: `h${seq}` };
      rows.push(row);
      for (const listener of listeners) listener(row);
    }
  };
  append(...records);
  return {
    submitted,
    observed,
    append,
    answerWith: (next) => {
      result = next;
    },
    setStatus: (changes) => {
      status = { ...status, ...changes };
    },
    setInventory: (next) => {
      inventory = next;
    },
    knowledge: () => knowledge,
    inventory: () => inventory,
    status: () => status,
    submit: async (request) => {
      submitted.push(request);
      return result;
    },
    observe: (source, observations) => observed.push({ source, observations }),
    headSeq: () => rows.length,
    rows: (fromSeq) => rows.slice(Math.max(0, fromSeq - 1)),
    onRow: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export interface ServedApi {
  readonly url: string;
  readonly agent: FakeAgent;
  readonly config: Config;
  readonly token: Token;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** The API on a port of its own, with a state directory of its own. `post` sends the token that the first start wrote. */
export async function serveApi(
  options: { agent?: FakeAgent; tokens?: readonly Token[]; api?: string } = {},
): Promise<ServedApi> {
  const stateDir = mkdtempSync(join(tmpdir(), 'homeostat-api-'));
  const config = configIn(stateDir, options.api);
  const agent = options.agent ?? fakeAgent();
  const written = ensureTokens(stateDir);
  if (!written.ok) throw new Error(written.message);
  const tokens = options.tokens ?? written.tokens;
  const token = tokens[0]!;
  const running = await startApi({ config, agent, tokens, clock: { nowMs: () => startMs + 60_000 } });
  const url = `http://127.0.0.1:${running.port}`;
  const json = { 'content-type': 'application/json', authorization: `Bearer ${token.secret}` };
  return {
    url,
    agent,
    config,
    token,
    get: (path, headers = {}) => fetch(url + path, { headers }),
    post: (path, body, headers = {}) =>
      fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: { ...json, ...headers } }),
    async close() {
      await running.close();
      rmSync(stateDir, { recursive: true });
    },
  };
}

export function configIn(stateDir: string, api = '{ port: 0 }'): Config {
  const text = `version: 1\ncluster: { id: lab }\nstateDir: ${stateDir}\nengine: { sim: {} }\napi: ${api}\n`;
  const parsed = parseConfig(text, join(stateDir, 'homeostat.yaml'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}
