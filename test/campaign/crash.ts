import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readAnchor } from '../../agent/knowledge/anchor-file.ts';
import { verifyAudit } from '../../agent/knowledge/audit.ts';
import { readJournal } from '../../agent/knowledge/journal-sqlite.ts';
import type { Knowledge } from '../../agent/knowledge/knowledge.ts';
import { restoreKnowledge } from '../../agent/knowledge/restore.ts';
import type { ActionAnswer, ActionCall } from '../../agent/ports.ts';
import type { ActionId } from '../../model/entity.ts';
import type { FromAgent, ToAgent } from './crash-protocol.ts';
import { between, seeded } from './random.ts';
import { campaignArguments, reportCampaign } from './report.ts';

/*
 * Kills the agent with SIGKILL at random moments while it acts, and starts the next one on the same files. This
 * process plays the engine, so an effect survives the agent, and an answer may be lost. After every kill: what was
 * confirmed is there, the chain and its anchor verify, every effect was recorded before. After the last one of a
 * series: no effect was repeated, none is unknown, and every decision that acted has one outcome.
 * SIGKILL keeps the page cache: this tests the order of writes in the code, not the disk; `replay.ts` tests the disk.
 *
 *   node test/campaign/crash.ts --count 500 --seed 1
 */

/** Kills on the same files before they are settled and checked; several series run side by side. */
const killsPerSeries = 25;
const lanes = 2;
/** The agent dies within a few ms after this many commits and calls at most, so that kills fall where it works. */
const messagesMax = 25;
const jitterMsMax = 4;
/** The last one of a series may take so long to settle everything, ms; then what it left behind is judged. */
const settleMsMax = 60_000;
/** An agent that says nothing for so long is killed as well, ms. */
const silenceMsMax = 10_000;

const { count, seed } = campaignArguments(500);
/** The agent is compiled once and not at each of its births. */
const compileCache = mkdtempSync(join(tmpdir(), 'homeostat-compiled-'));
const failures: string[] = [];
let effectsSeen = 0;
let decisionsSeen = 0;
let killed = 0;
const series = Array.from({ length: Math.ceil(count / killsPerSeries) }, (_, i) => i);
await Promise.all(Array.from({ length: lanes }, runLane));
rmSync(compileCache, { recursive: true });
reportCampaign('crash', killed, failures, `${effectsSeen} effects, ${decisionsSeen} decisions, seed ${seed}`);

async function runLane(): Promise<void> {
  for (let number = series.shift(); number !== undefined; number = series.shift()) {
    await runSeries(number, Math.min(killsPerSeries, count - number * killsPerSeries));
  }
}

/** What the engine did, in order; it answers like a real one: mostly, sometimes late, sometimes not at all. */
interface Engine {
  readonly effects: string[];
  confirmedSeq: number;
  next: () => number;
}

async function runSeries(number: number, kills: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'homeostat-crash-'));
  const engine: Engine = { effects: [], confirmedSeq: 0, next: seeded(seed * 7_919 + number) };
  const fail = (why: string) => failures.push(`series ${number}: ${why}`);
  let agent = await spawn();
  for (let kill = 0; kill < kills; kill += 1) {
    const successor = spawn();
    await liveAndDie(agent, engine, { type: 'go', dir, holder: `agent-${kill}`, finish: false });
    killed += 1;
    checkAfterKill(dir, engine, fail);
    agent = await successor;
  }
  await settle(agent, engine, dir);
  checkAtEnd(dir, engine, fail);
  effectsSeen += engine.effects.length;
  rmSync(dir, { recursive: true });
}

async function spawn(): Promise<ChildProcess> {
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  const agent = fork(new URL('./crash-agent.ts', import.meta.url), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(agent, 'message');
  return agent;
}

async function liveAndDie(agent: ChildProcess, engine: Engine, go: ToAgent): Promise<void> {
  let messagesLeft = between(engine.next, 0, messagesMax);
  const seen = new Promise<void>((resolve) => {
    agent.on('message', (message: FromAgent) => {
      serve(agent, engine, message);
      messagesLeft -= 1;
      if (messagesLeft <= 0) resolve();
    });
  });
  const exited = once(agent, 'exit');
  const drained = once(agent, 'disconnect');
  agent.send(go);
  if (messagesLeft > 0) await Promise.race([seen, exited, pause(silenceMsMax, undefined, { ref: false })]);
  await pause(engine.next() * jitterMsMax);
  agent.kill('SIGKILL');
  await Promise.all([exited, drained]);
}

async function settle(agent: ChildProcess, engine: Engine, dir: string): Promise<void> {
  const idle = new Promise<void>((resolve) => {
    agent.on('message', (message: FromAgent) => {
      if (message.type === 'idle') resolve();
      else serve(agent, engine, message);
    });
  });
  const go: ToAgent = { type: 'go', dir, holder: 'agent-last', finish: true };
  agent.send(go);
  const exited = once(agent, 'exit');
  await Promise.race([idle, exited, pause(settleMsMax, undefined, { ref: false })]);
  agent.kill('SIGKILL');
  await exited;
}

function serve(agent: ChildProcess, engine: Engine, message: FromAgent): void {
  if (message.type === 'confirmed') engine.confirmedSeq = message.seq;
  if (message.type === 'apply') reply(agent, message.call, applyTo(engine, message.call));
  if (message.type === 'read-back') reply(agent, message.call, readBackOf(engine, message.call));
}

function reply(agent: ChildProcess, { actionId }: ActionCall, answer: ActionAnswer | null): void {
  const message: ToAgent | null = answer === null ? null : { type: 'answer', actionId, answer };
  if (message !== null && agent.connected) agent.send(message, () => {});
}

function applyTo(engine: Engine, { actionId }: ActionCall): ActionAnswer | null {
  const chance = engine.next();
  if (chance < 0.05) return { status: 'refused', detail: 'not now' };
  if (chance < 0.1) return null;
  engine.effects.push(actionId);
  if (chance < 0.15) return null;
  return chance < 0.2 ? { status: 'unknown', detail: 'connection reset' } : { status: 'ok', detail: 'done' };
}

function readBackOf({ effects }: Engine, { actionId }: ActionCall): ActionAnswer {
  return effects.includes(actionId)
    ? { status: 'ok', detail: 'it took effect' }
    : { status: 'refused', detail: 'it never took effect' };
}

function checkAfterKill(dir: string, engine: Engine, fail: (why: string) => void): void {
  const knowledge = readBack(dir, engine, fail);
  if (knowledge === null) return;
  const unrecorded = engine.effects.find((id) => actionOf(knowledge, id) === undefined);
  if (unrecorded !== undefined) fail(`${unrecorded} took effect and is not recorded`);
}

function checkAtEnd(dir: string, engine: Engine, fail: (why: string) => void): void {
  const knowledge = readBack(dir, engine, fail);
  if (knowledge === null) return;
  const { effects } = engine;
  const repeated = effects.find((id, i) => effects.indexOf(id) !== i);
  if (repeated !== undefined) fail(`${repeated} took effect twice`);
  for (const decision of knowledge.decisions.values()) {
    if (decision.actions.size === 0) continue;
    decisionsSeen += 1;
    if (decision.outcome === null) fail(`${decision.id} acted and has no outcome`);
    for (const { id, state } of decision.actions.values()) {
      const happened = effects.includes(id);
      if (state === 'intended' || state === 'unknown') fail(`${id} is still ${state}`);
      else if (happened !== (state === 'answered')) fail(`${id} is ${state}, and took effect: ${happened}`);
    }
  }
}

/** The journal as the next agent would find it, or null before the first commit. */
function readBack(dir: string, { confirmedSeq }: Engine, fail: (why: string) => void): Knowledge | null {
  if (confirmedSeq === 0) return null;
  const reader = readJournal(join(dir, 'journal.db'));
  const { findings, head } = verifyAudit(reader.stored(1), readAnchor(join(dir, 'anchor')));
  for (const finding of findings) fail(finding.why);
  if (head.seq < confirmedSeq) fail(`row ${confirmedSeq} was confirmed, the journal ends at ${head.seq}`);
  const outcomes = new Map<string, number>();
  const rows = [...reader.read(1)];
  reader.close();
  for (const { record } of rows) {
    if (record.type === 'outcome') outcomes.set(record.decisionId, (outcomes.get(record.decisionId) ?? 0) + 1);
  }
  for (const [id, times] of outcomes) if (times > 1) fail(`${id} has ${times} outcomes`);
  return restoreKnowledge(rows);
}

function actionOf(knowledge: Knowledge, id: string) {
  const decision = knowledge.decisions.get(id.slice(0, id.lastIndexOf('.')) as `D-${number}`);
  return decision?.actions.get(id as ActionId);
}
