import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { version } from '../../api/version.ts';
import { verbs } from '../../cli/verbs.ts';
import { askedRecords, doneRecords } from '../agent/views/records.ts';
import { type Bench, createBench } from './fixture.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.remove());

test('states the version of its package', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
});

test.each(verbs.map(({ name, example }) => [name, example]))('helps with `%s` by an example', async (name, example) => {
  const { exitCode, stdout } = await bench.run(`${name} --help`);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Example:\n  ${example}`);
  expect(stdout).toContain('--no-input');
  expect(stdout).toContain('--config <file>');
  expect(stdout).toContain('-o, --output <format>');
});

test.each(verbs.map((entry) => [entry.name, entry.load] as const))('`%s` has code behind it', async (_, load) => {
  expect(await load()).toBeTypeOf('function');
});

test.each([
  ['aprove D-1', 'approve'],
  ['why', 'missing required argument'],
  ['why D-1 D-2', 'too many arguments'],
  ['why D-1 --colour', 'unknown option'],
  ['why D-1 -o xml', 'text, json'],
  ['demo --seed x', 'not a whole number'],
  ['incident show INC-x', 'not the id of an incident'],
])('refuses `%s` with 2', async (line, says) => {
  const { exitCode, stderr, stdout } = await bench.run(line);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain(says);
});

test('tells a usage mistake as JSON where JSON was asked for', async () => {
  const { exitCode, stdout } = await bench.run('why D-1 --colour -o json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'USAGE', where: 'command line', hint: expect.any(String) },
  });
});

test('tells all mistakes of a configuration at once, in text and in JSON', async () => {
  bench.write('bad.yaml', 'version: 1\nclustr: { id: x }\napi: { port: x }\n');
  const text = await bench.run('config show --config bad.yaml');
  expect(text.exitCode).toBe(2);
  expect(text.stderr).toContain(
    `${bench.folder}/bad.yaml:2:1: clustr is not a known key [CONFIG_UNKNOWN_KEY]\n  hint: did you mean cluster?`,
  );
  const { stdout } = await bench.run('config show --config bad.yaml -o json');
  const { errors } = JSON.parse(stdout) as { errors: { code: string }[] };
  expect(errors.map((error) => error.code)).toEqual(
    expect.arrayContaining(['CONFIG_MISSING', 'CONFIG_UNKNOWN_KEY', 'CONFIG_VALUE']),
  );
});

test('says where it looked for a configuration', async () => {
  const { exitCode, stderr } = await bench.run('config show --config nowhere.yaml');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('nowhere.yaml');
});

test('a daemon on the simulator refuses an unsound scenario before it starts, and names every mistake', async () => {
  bench.write(
    'broken.yaml',
    'version: 1\nname: broken\nduration: soon\ncluster: { preset: stream-small }\ncolour: red\n',
  );
  bench.write('policy.yaml', 'version: 1\nname: p\nmode: observe\ntimezone: UTC\nrules: []\n');
  const simulated = (scenario: string) =>
    `version: 1\ncluster: { id: lab }\nstateDir: ./state\nengine: { sim: { scenario: ${scenario} } }\n`;
  bench.write('homeostat.yaml', simulated('broken.yaml'));
  const broken = await bench.run('run -o json');
  expect(broken.exitCode).toBe(2);
  const { errors } = JSON.parse(broken.stdout) as { errors: { where: string }[] };
  expect(errors.map(({ where }) => where)).toEqual([
    expect.stringContaining('broken.yaml:3:11'),
    expect.stringContaining('broken.yaml:5:1'),
  ]);
  bench.write('homeostat.yaml', simulated('missing.yaml'));
  expect(await bench.run('run')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('missing.yaml') });
  expect(existsSync(join(bench.folder, 'state'))).toBe(false);
});

test('finds the configuration that the environment names', async () => {
  bench.write('other.yaml', 'version: 1\ncluster: { id: other }\nengine: { docker: {} }\n');
  const { stdout } = await bench.run('config show --origin -o json', {
    HOMEOSTAT_CONFIG: 'other.yaml',
    HOMEOSTAT_API_PORT: '1',
  });
  const { values } = JSON.parse(stdout) as { values: { key: string; value: unknown; origin: string }[] };
  expect(values).toContainEqual({ key: 'cluster.id', value: 'other', origin: `${bench.folder}/other.yaml:2:16` });
  expect(values).toContainEqual({ key: 'api.port', value: 1, origin: 'HOMEOSTAT_API_PORT' });
});

test('what init writes is checked, tested and observes only; a second init changes nothing', async () => {
  expect(await bench.run('init new --cluster orders')).toMatchObject({ exitCode: 0 });
  expect(await bench.run('config show --config new/homeostat.yaml')).toMatchObject({ exitCode: 0 });
  expect((await bench.run('policy lint --config new/homeostat.yaml')).stdout).toContain('mode observe');
  expect((await bench.run('policy test new/policy.yaml')).stdout).toContain('2 of 2 examples hold');
  expect(await bench.run('init new')).toMatchObject({ exitCode: 1 });
});

test('lists, exports and verifies the journal, and finds what was changed in it', async () => {
  bench.journal([...askedRecords, ...doneRecords]);
  expect((await bench.run('audit ls')).stdout).toContain('instance.restart worker-3');
  const exported = (await bench.run('audit export')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(exported.map((row) => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(await bench.run('audit verify')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('the chain holds'),
  });
  await forge(join(bench.folder, 'journal.db'));
  const broken = await bench.run('audit verify -o json');
  expect(broken.exitCode).toBe(8);
  expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false, findings: [{ seq: 6 }] });
});

async function forge(path: string): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path);
  database.exec(`UPDATE rows SET record = replace(record, 'worker-ask', 'worker-aut') WHERE seq = 6`);
  database.close();
}

test('says that there is no journal where none was written', async () => {
  const { exitCode, stdout } = await bench.run('audit verify -o json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'JOURNAL_MISSING' } });
});

test('takes the role of a target from its name where nobody says it, and tells so', async () => {
  await bench.run('init new');
  const explain = 'policy explain instance.restart worker-1 --policy new/policy.yaml --set mode=guarded -o json';
  const guessed = await bench.run(explain);
  expect(JSON.parse(guessed.stdout)).toEqual(
    JSON.parse((await bench.run(`${explain} --set target.role=worker`)).stdout),
  );
  expect(guessed.stderr).toContain('target.role=worker');
  const unknown = await bench.run(explain.replace('worker-1', 'box-1'));
  expect(JSON.parse(unknown.stdout)).toMatchObject({ effect: 'deny', rule: 'default' });
  expect(unknown.stderr).toBe('');
});

test('a playbook is named by its folder or by its name', async () => {
  const byName = await bench.run('playbook test restart-dead-instance -o json');
  expect(byName.exitCode).toBe(0);
  const { tests } = JSON.parse(byName.stdout) as { tests: { playbook: string; ok: boolean }[] };
  expect(tests.map(({ playbook, ok }) => ({ playbook, ok }))).toEqual(
    Array(3).fill({ playbook: 'restart-dead-instance', ok: true }),
  );
  expect(await bench.run('playbook test nobody')).toMatchObject({ exitCode: 2 });
});

test('explains by the function that decides', async () => {
  await bench.run('init new');
  const explain = 'policy explain instance.restart worker-1 --policy new/policy.yaml -o json';
  const auto = JSON.parse((await bench.run(`${explain} --set target.role=worker --set mode=guarded`)).stdout);
  expect(auto).toMatchObject({ effect: 'auto', rule: 'restart-worker', wouldBeAutoIf: [] });
  expect(auto.checks[0]).toEqual({ name: expect.any(String), ok: expect.any(Boolean), why: expect.any(String) });
  const broker = JSON.parse((await bench.run(`${explain} --set target.role=broker --set mode=guarded`)).stdout);
  expect(broker).toMatchObject({ effect: 'deny', rule: 'default' });
  expect(await bench.run(`${explain} --set nonsense=1`)).toMatchObject({ exitCode: 2 });
  expect(await bench.run(`${explain} --set =1`)).toMatchObject({ exitCode: 2 });
});

test('the program ends with the exit code of its verb', () => {
  const main = join(import.meta.dirname, '../../cli/main.ts');
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [main, ...args], { encoding: 'utf8', stdio: 'pipe' });
  expect(run('--version')).toBe(`${version}\n`);
  expect(() => run('nonsense')).toThrow(expect.objectContaining({ status: 2 }));
});
