import { type AstNode, dottedName, isNode, walk } from './ast.ts';
import type { Failure } from './failure.ts';
import type { SourceFile } from './source-file.ts';

/*
 * The core and the simulator are functions of what they are given. Whatever reads a clock, draws a random number,
 * touches a file or waits would make two runs of one seed differ.
 */

/** Files under agent/ and sim/ that touch the world, each with its reason. */
const impureFiles: Readonly<Record<string, string>> = {
  'agent/main.ts': 'composition root: joins the core to clock, files and servers',
  'agent/live-face.ts': 'answers the faces with promises; part of the shell',
  'agent/files.ts': 'reads policy and playbooks for the composition roots',
  'sim/demo.ts': 'prints a run as it goes and writes its report',
  'sim/twin/threaded-twin.ts': 'adapter of the port Twin to a thread',
  'sim/twin/worker.ts': 'the thread of that twin',
  'sim/chaos/page.ts': 'draws charts, which takes promises',
  'sim/chaos/report.ts': 'waits for its charts',
  'sim/chaos/pool.ts': 'spreads whole runs over the machine’s cores',
  'sim/chaos/worker.ts': 'one thread of that pool',
  'sim/chaos/task.ts': 'reads the scenario file of the run that a thread is to make',
  'sim/campaign/campaign.ts': 'spreads whole runs over the machine’s cores, and tells how long they took',
  'sim/run.ts': 'composition root: reads scenario files',
  'agent/knowledge/journal-sqlite.ts': 'adapter of the port Journal',
  'agent/knowledge/lease-sqlite.ts': 'adapter of the port Lease',
  'agent/knowledge/model-store-sqlite.ts': 'adapter of the port ModelStore',
  'agent/knowledge/kill-switch-file.ts': 'adapter of the port KillSwitch',
  'agent/knowledge/anchor-file.ts': 'keeps the journal’s head on other storage',
  'agent/knowledge/snapshot-file.ts': 'keeps what is known beside the journal',
};

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']);
const clocks = new Set([
  'Date.now',
  'performance.now',
  'process.hrtime',
  'process.nextTick',
  'process.env',
  'process.cwd',
]);
const randomness = new Set(['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']);
const pureModules = /^node:(path|url|util|assert|crypto|buffer)$/;
const impureImports = new Set(['randomUUID', 'randomBytes', 'randomInt', 'performance']);

const why = 'the same inputs must give the same records, or neither a replay nor a simulation proves anything';

export function checkPurity(file: SourceFile): Failure[] {
  if (!/^(agent|sim|model)\//.test(file.path) || Object.hasOwn(impureFiles, file.path)) return [];
  const failures: Failure[] = [];
  const fail = (line: number, rule: string, instead: string) =>
    failures.push({ file: file.path, line, rule: `purity: ${rule}`, why, instead });
  walk(file.program, (node) => {
    const found = impurityOf(node);
    if (found !== null) fail(node.loc.start.line, found.rule, found.instead);
  });
  for (const { target, names, line } of file.imports) {
    if (target.startsWith('node:') && !pureModules.test(target))
      fail(line, `imports ${target}`, 'let the shell do it and pass the result in');
    for (const name of names)
      if (impureImports.has(name)) fail(line, `imports ${name}`, 'use the port Random or Clock');
  }
  return failures;
}

function impurityOf(node: AstNode): { rule: string; instead: string } | null {
  if (node.type === 'AwaitExpression' || (node.async === true && node.type !== 'ObjectProperty')) {
    return { rule: 'waits (async, await)', instead: 'return a request; its answer comes back as an input' };
  }
  const member = dottedName(node);
  if (member !== null && clocks.has(member)) return { rule: `reads ${member}`, instead: 'take nowMs as an argument' };
  if (member !== null && randomness.has(member)) return { rule: `uses ${member}`, instead: 'use the port Random' };
  if (!isNode(node.callee) || node.callee.type !== 'Identifier') return null;
  const called = node.callee.name as string;
  if (timers.has(called)) return { rule: `calls ${called}`, instead: 'use the port Timer, or return a request' };
  if (called === 'Date' && (node.arguments as unknown[]).length === 0)
    return { rule: 'reads the clock', instead: 'take nowMs as an argument' };
  return null;
}

/**
 * The choke point itself, and the campaigns' doubles of an actuator: they hand on what the choke point sent, watch it,
 * and answer it badly.
 */
const applyCallers = /^(agent\/execute\/act\.ts$|sim\/campaign\/)/;

/** Only the executor's choke point calls an actuator. */
export function checkChokePoint(file: SourceFile): Failure[] {
  if (!/^(agent|sim|api|cli|tui|chatops|collectors)\//.test(file.path) || applyCallers.test(file.path)) return [];
  const failures: Failure[] = [];
  walk(file.program, (node) => {
    const { callee } = node;
    if (node.type !== 'CallExpression' || !isNode(callee) || !isNode(callee.property)) return;
    // The port's `apply` takes a call and a callback; one without arguments is somebody else's.
    if (callee.property.name !== 'apply' || (node.arguments as unknown[]).length === 0) return;
    failures.push({
      file: file.path,
      line: node.loc.start.line,
      rule: 'choke-point: only agent/execute/act.ts may call `apply`',
      why: 'intent, lease, generation and STOP are checked in that one place; a second one would forget a check',
      instead:
        'return an `act` request from the core (for a function, spread its arguments; for other methods, choose another name)',
    });
  });
  return failures;
}
