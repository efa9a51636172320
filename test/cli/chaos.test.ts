import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, createBench } from './fixture.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.remove());

const calm = (name: string, more = '') =>
  `version: 1\nname: ${name}\nduration: 1m\ncluster: { preset: stream-small }\n${more}`;

test('a report that cannot be written is refused before anything runs', async () => {
  bench.write('calm.yaml', calm('calm'));
  const nowhere = await bench.run('chaos run calm.yaml --agent none --report nowhere/r.html');
  expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
  expect(nowhere.stderr).toContain('nowhere/r.html cannot be written [USAGE]\n  hint: name a file in a folder that is');
  const folder = await bench.run('chaos run calm.yaml --agent none --report .');
  expect(folder).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is a folder') });
});

test('two scenarios of one name are refused; one file named twice is one scenario', async () => {
  bench.write('a.yaml', calm('calm'));
  expect(await bench.run('chaos run a.yaml ./a.yaml --agent none -o json')).toMatchObject({ exitCode: 0 });
  bench.write('b.yaml', `# the same\n${calm('calm')}`);
  const { exitCode, stderr } = await bench.run('chaos run a.yaml b.yaml --agent none');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('b.yaml:3:7: name: ');
  expect(stderr).toContain('a.yaml is called calm too');
});

test('a path that is not there gets a hint', async () => {
  const { exitCode, stderr } = await bench.run('chaos run nowhere.yaml');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('nowhere.yaml does not exist [USAGE]\n  hint: name a scenario file or a folder');
});

test('a cluster that its base load overloads is told once, before it runs', async () => {
  bench.write(
    'slow.yaml',
    `version: 1
name: slow
duration: 1m
cluster:
  sites: [ { id: core, kind: core } ]
  zones: [ { id: zone-a, site: core } ]
  nodes: [ { id: node-1, zone: zone-a }, { id: node-2, zone: zone-a } ]
  workloads:
    - { id: log, role: broker }
    - { id: press, role: worker, replicas: 2, serviceMs: 9, concurrency: 2, consumes: readings, dependsOn: [log] }
    - { id: sensor, role: gateway, produces: readings }
  replicaGroups: [ { id: log, members: [log-1] } ]
  queues: [ { id: readings, messagesPerS: 150, replicaGroup: log }, { id: nobody, messagesPerS: 1 } ]
`,
  );
  const { exitCode, stdout, stderr } = await bench.run('chaos run slow.yaml --seeds 1..2 --agent none -o json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ agent: 'none' });
  const warnings = stderr.split('\n').filter((line) => line.startsWith('warning: '));
  expect(warnings.map((line) => line.split('slow.yaml: ')[1])).toEqual([
    'press can read about 5 of the 150 messages per second of readings (serviceMs 9 x 2)',
    'sensor can pass on about 142 of the 150 messages per second of readings (serviceMs 7 x 1)',
    'the leader of log needs 2.1 cores and has 1 (serviceMs 7 of log)',
    'nothing reads nobody, so that its messages pile up',
  ]);
});

test('lists the faults as data, with every number as it is written too', async () => {
  const { stdout } = await bench.run('chaos faults -o json');
  const { everyFaultTakes, faults, personParams } = JSON.parse(stdout);
  expect(Object.keys(everyFaultTakes)).toEqual(['at', 'kind', 'target', 'lasts']);
  expect(faults.find((fault: { kind: string }) => fault.kind === 'memory-leak').params.rate).toMatchObject({
    unit: 'bytes-per-time',
    numbersIn: 'bytes per ms',
    range: [0.5, 100_000],
    fallback: 349.5,
    written: { range: ['29.3KiB/min', '5.5GiB/min'], fallback: '20MiB/min' },
  });
  expect(personParams['traffic.shed'].to.means).toContain('from 0 to 1');
});

test('lists the faults for people, with an example of each', async () => {
  const { stdout } = await bench.run('chaos faults');
  expect(stdout).toContain('- { at: 5m, kind: memory-leak, target: worker-3, rate: 20MiB/min, lasts: 10m }');
  expect(stdout).toMatch(/clock-skew +offset .*100ms to 24h +90s/);
});

test('lists every built-in scenario', async () => {
  const { stdout } = await bench.run('chaos ls');
  const names = readdirSync('sim/scenarios').map((file) => file.replace('.yaml', ''));
  for (const name of names) expect(stdout).toContain(name);
});
