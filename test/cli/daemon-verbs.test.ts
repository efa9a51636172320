import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askedRecords, doneRecords, inventory, plan } from '../agent/views/records.ts';
import { fakeAgent } from '../api/fixture.ts';
import { type Bench, createBench } from './fixture.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.remove());

test('approves the plan that waits, as the person of the local token', async () => {
  const agent = await bench.serve();
  const { exitCode, stdout } = await bench.run('approve d-1 --plan 9c1e44 --reason "looks right" -o json');
  expect(agent.submitted).toMatchObject([
    {
      person: { id: 'token:local', via: 'cli' },
      command: { type: 'answer', decisionId: 'D-1', answer: 'approve', planHash: plan.planHash, reason: 'looks right' },
    },
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ message: 'done', decision: { id: 'D-1' } });
  // The fake agent leaves the question open, as one that needs a second person does.
  expect(exitCode).toBe(6);
});

test('does not approve another plan than the one that was seen', async () => {
  const agent = await bench.serve();
  expect(await bench.run('approve D-1 --plan 77b0aa')).toMatchObject({ exitCode: 1 });
  expect(await bench.run('approve D-1 --plan 9c')).toMatchObject({ exitCode: 1 });
  expect(agent.submitted).toEqual([]);
});

test('asks a script to name plan and id where the risk is high', async () => {
  const agent = await bench.serve(
    fakeAgent([{ ...plan, risk: 'high' }, ...askedRecords.filter(({ type }) => type !== 'plan')]),
  );
  expect(await bench.run('approve D-1')).toMatchObject({ exitCode: 2 });
  expect(await bench.run('approve D-1 --confirm D-1')).toMatchObject({ exitCode: 2 });
  expect(await bench.run('approve D-1 --confirm D-2 --plan 9c1e44')).toMatchObject({ exitCode: 2 });
  expect(agent.submitted).toEqual([]);
  await bench.run('approve D-1 --confirm D-1 --plan 9c1e44');
  expect(agent.submitted).toHaveLength(1);
});

test('says what waits where the id does not', async () => {
  await bench.serve();
  const { exitCode, stderr } = await bench.run('deny D-7');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('waiting: D-1');
});

test('ends with 4 where the agent does not let this person', async () => {
  const agent = await bench.serve();
  agent.answerWith({ ok: false, code: 'APPROVAL_NOT_ALLOWED', message: 'not in oncall', hint: 'ask oncall' });
  const { exitCode, stdout } = await bench.run('deny D-1 -o json');
  expect(exitCode).toBe(4);
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'APPROVAL_NOT_ALLOWED', message: 'not in oncall', where: 'api', hint: 'ask oncall' },
  });
});

test.each([
  ['pause "db move"', { type: 'pause', why: 'db move', now: false }],
  ['resume "move done"', { type: 'resume', why: 'move done' }],
  [
    'hold worker-1 --for 2h --why "debugging"',
    { type: 'hold', entity: { kind: 'instance', id: 'worker-1' }, forMs: 7_200_000, why: 'debugging' },
  ],
  [
    'hold queue/orders --for 30m --why x',
    { type: 'hold', entity: { kind: 'queue', id: 'orders' }, forMs: 1_800_000, why: 'x' },
  ],
  ['release worker-1 --why x', { type: 'release', entity: { kind: 'instance', id: 'worker-1' }, why: 'x' }],
  ['silence 1 --for 1h --why known', { type: 'silence', incidentId: 'INC-0001', forMs: 3_600_000, why: 'known' }],
  ['breaker reset worker-2 --why x', { type: 'reset-breaker', entity: { kind: 'instance', id: 'worker-2' }, why: 'x' }],
  ['record reset restart-worker --why x', { type: 'reset-record', rule: 'restart-worker', why: 'x' }],
  [
    'models pin queue/orders:queue.depth theta --why x',
    { type: 'pin-model', series: 'queue/orders:queue.depth', model: 'theta', why: 'x' },
  ],
  [
    'models pin queue/orders:queue.depth auto --why x',
    { type: 'unpin-model', series: 'queue/orders:queue.depth', why: 'x' },
  ],
  [
    'models rollback queue/orders:queue.depth --why x',
    { type: 'roll-back-model', series: 'queue/orders:queue.depth', why: 'x' },
  ],
])('`%s` becomes one command', async (line, command) => {
  const agent = await bench.serve();
  expect(await bench.run(line)).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  expect(agent.submitted.map((request) => request.command)).toEqual([command]);
});

test.each([
  ['hold orders --for 2h --why x', 2, 'replica-group/orders or queue/orders'],
  ['hold nobody --for 2h --why x', 3, 'no nobody'],
  ['hold worker-1 --for 2 --why x', 2, 'not a duration'],
  ['hold worker-1 --for 2h', 2, '--why is missing'],
])('refuses `%s` with %i', async (line, exitCode, says) => {
  const agent = await bench.serve();
  const ran = await bench.run(line);
  expect(ran.exitCode).toBe(exitCode);
  expect(ran.stderr).toContain(says);
  expect(agent.submitted).toEqual([]);
});

test('pause --now writes STOP without a daemon, and resume removes it', async () => {
  const stop = join(bench.folder, 'STOP');
  expect(await bench.run('pause "something is off" --now')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(stop, 'utf8')).toContain('something is off');
  expect(await bench.run('resume')).toMatchObject({ exitCode: 0 });
  expect(existsSync(stop)).toBe(false);
});

test('a command without a daemon says how to start one', async () => {
  const { exitCode, stderr } = await bench.run('pause x');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('homeostat run --config');
});

test('shows the overview and what would stop', async () => {
  await bench.serve();
  const status = await bench.run('status');
  expect(status.stdout).toContain('NEEDS YOU (1)');
  expect(status.stdout).toContain('instance.restart worker-3');
  expect((await bench.run('map')).stdout).toContain('group orders: leader broker-1, 3 of 3 in sync, quorum 2');
  const impact = await bench.run('map --impact node-1');
  expect(impact.stdout).toBe(`IF node/node-1 STOPPED
  stops      broker-1, broker-2, worker-1
  workload   broker: 3 -> 1 healthy of 3
  workload   worker: 2 -> 1 healthy of 2
  group      orders: 1 in sync, LOSES its quorum of 2; loses its leader, writers wait for an election
  down with  queue/orders, workload/gateway, workload/worker
`);
  expect(JSON.parse((await bench.run('map -o json')).stdout)).toEqual(inventory);
});

test('reads the same from the daemon and from the journal that it left', async () => {
  bench.journal([...askedRecords, ...doneRecords]);
  const fromFile = await bench.run('why D-1');
  expect(fromFile.stderr).toContain('from the journal file');
  const agent = await bench.serve();
  agent.append(...doneRecords);
  const fromDaemon = await bench.run('why D-1');
  expect(fromDaemon.stdout).toBe(fromFile.stdout);
  expect((await bench.run('incident show 1')).stdout).toContain('+ stopped with exit code 137 [E1]');
  expect((await bench.run('incident ls --open')).stdout).toBe('no incidents\n');
});
