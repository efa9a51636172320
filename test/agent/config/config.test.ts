import { expect, test } from 'vitest';
import { configOrigins } from '../../../agent/config/origins.ts';
import { environmentOverrides } from '../../../agent/config/overrides.ts';
import { parseDurationMs, parseRatio } from '../../../agent/config/units.ts';
import { configJsonSchema, parseConfig } from '../../../agent/config.ts';

const file = '/etc/homeostat/homeostat.yaml';
const least = 'version: 1\ncluster: { id: lab }\nengine: { docker: {} }\n';

function config(
  text: string,
  ...rest: Parameters<typeof parseConfig> extends [string, string, ...infer Rest] ? Rest : never
) {
  const parsed = parseConfig(text, file, ...rest);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

test('fills in what a short file leaves out, with loopback and paths beside the file', () => {
  expect(config(least)).toEqual({
    file,
    cluster: { id: 'lab' },
    stateDir: '/etc/homeostat/state',
    policy: '/etc/homeostat/policy.yaml',
    playbooks: [],
    engine: { kind: 'docker', socketPath: '/var/run/docker.sock', label: 'homeostat.cluster=lab' },
    nats: null,
    slos: [],
    api: { host: '127.0.0.1', port: 7070, hosts: [], tls: null },
    llm: null,
    slack: null,
    notify: { webhookUrl: null, alertmanagerUrl: null, heartbeat: null },
    ownLimits: { memoryBytes: 2 ** 30, cpuRatio: 0.5, callsPerMinute: 6_000 },
    audit: { anchorPath: null, keepMs: null },
    otel: null,
  });
});

test('compiles SLOs to ratios and milliseconds', () => {
  const slos = `slos: [ { id: up, entity: { kind: workload, id: worker }, metric: ready, above: 0.5, objective: 0.999, window: 1h30m } ]`;
  expect(config(least + slos).slos).toEqual([
    {
      id: 'up',
      entity: { kind: 'workload', id: 'worker' },
      metric: 'ready',
      direction: 'above',
      bound: 0.5,
      target: 0.999,
      windowMs: 5_400_000,
    },
  ]);
});

test('keeps an absolute path and resolves a relative one beside the file', () => {
  const { stateDir, audit } = config(`${least}stateDir: /var/lib/homeostat\naudit: { anchorPath: ../anchor }\n`);
  expect([stateDir, audit.anchorPath]).toEqual(['/var/lib/homeostat', '/etc/anchor']);
});

test('the environment wins over the file, and a flag over the environment', () => {
  const environment = environmentOverrides({ HOMEOSTAT_API_PORT: '8080', HOMEOSTAT_STATE_DIR: '', HOME: '/root' });
  expect(config(`${least}api: { port: 1 }\n`, environment).api.port).toBe(8_080);
  const flag = { path: ['api', 'port'], value: 9_090, origin: '--port' };
  expect(config(least, [...environment, flag]).api.port).toBe(9_090);
});

test('a bad value of the environment is a mistake like any other', () => {
  const parsed = parseConfig(least, file, environmentOverrides({ HOMEOSTAT_API_PORT: 'http' }));
  expect(parsed).toMatchObject({ ok: false, problems: [{ code: 'CONFIG_VALUE' }] });
});

test('takes the adviser from the environment only when address and model are both there', () => {
  expect(config(least, environmentOverrides({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })).llm).toBeNull();
  const both = environmentOverrides({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_MODEL: 'm' });
  expect(config(least, both).llm).toMatchObject({ baseUrl: 'http://127.0.0.1:1/v1', model: 'm', apiKeyFile: null });
});

test('names where each value came from', () => {
  const known = configOrigins(`${least}api: { port: 1 }\n`, file, [
    { path: ['stateDir'], value: '/s', origin: 'HOMEOSTAT_STATE_DIR' },
  ]);
  const values = known.ok ? known.values : [];
  const originOf = (key: string) => values.find((value) => value.key === key)?.origin;
  expect(originOf('api.port')).toBe(`${file}:4:14`);
  expect(originOf('api.host')).toBe('default');
  expect(originOf('stateDir')).toBe('HOMEOSTAT_STATE_DIR');
});

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['30d', 2_592_000_000],
  ['30', null],
  ['s', null],
  ['-5s', null],
  ['5 s', null],
  ['', null],
])('reads the duration %j as %s ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each([
  ['99.9%', 0.999],
  ['0%', 0],
  [1, 1],
  ['101%', null],
  [1.1, null],
  ['x', null],
] as const)('reads the share %j as %s', (text, share) => {
  const parsed = parseRatio(text);
  if (share === null) expect(parsed).toBeNull();
  else expect(parsed).toBeCloseTo(share, 12);
});

test('offers a JSON Schema that refuses unknown keys', () => {
  expect(configJsonSchema()).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['version', 'cluster', 'engine'],
  });
});
