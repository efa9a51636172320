import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDurationMs } from '../../agent/config/units.ts';
import { causeKinds } from '../../model/incident.ts';
import { createCluster } from '../../sim/cluster/cluster.ts';
import { faultCatalogue } from '../../sim/faults/catalogue.ts';
import { exampleOf, presetOfExample } from '../../sim/faults/examples.ts';
import { Kernel } from '../../sim/kernel/kernel.ts';
import { Streams } from '../../sim/kernel/random.ts';
import { presets } from '../../sim/presets/presets.ts';
import { streamSmall } from '../../sim/presets/stream.ts';
import { scenarioJsonSchema } from '../../sim/scenario/json-schema.ts';
import { overloads } from '../../sim/scenario/overload.ts';
import { rangeText, valueText } from '../../sim/scenario/param-text.ts';
import { roomFor } from '../../sim/scenario/room.ts';
import { parseBytes, parseBytesPerMs, parseRatio } from '../../sim/scenario/units.ts';
import { parseScenario, type Scenario } from '../../sim/scenario.ts';
import { createWorld } from '../../sim/world.ts';

const suite = 'sim/scenarios';
const read = (file: string): Scenario => {
  const parsed = parseScenario(readFileSync(file, 'utf8'), file);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.scenario;
};
const files = readdirSync(suite).filter((name) => name.endsWith('.yaml'));
const scenarios = files.map((name) => read(join(suite, name)));

describe('the built-in suite', () => {
  test('has every kind of fault, controls, compounds and nine post-mortems', () => {
    expect(new Set(scenarios.flatMap((one) => one.expect.causes.map((cause) => cause.kind)))).toEqual(
      new Set(causeKinds),
    );
    expect(scenarios.length).toBeGreaterThanOrEqual(45);
    expect(scenarios.filter((one) => one.expect.causes.length === 0).length).toBeGreaterThanOrEqual(10);
    expect(scenarios.filter((one) => one.expect.causes.length > 1).length).toBeGreaterThanOrEqual(8);
    expect(scenarios.filter((one) => one.name.startsWith('postmortem-'))).toHaveLength(9);
  });

  test('calls every scenario by the name of its file and says what it is about', () => {
    expect(scenarios.map((one) => `${one.name}.yaml`)).toEqual(files);
    expect(scenarios.filter((one) => one.about === '')).toEqual([]);
  });

  test('expects only causes that it injects', () => {
    for (const one of scenarios)
      for (const cause of one.expect.causes)
        expect(one.faults, one.name).toContainEqual(
          expect.objectContaining({ kind: cause.kind, target: cause.entity }),
        );
  });

  test('can be built, every one', () => {
    for (const scenario of scenarios)
      expect(createWorld({ scenario, seed: 1 }).truth.faults).toHaveLength(scenario.faults.length);
  });
});

/** Each file says in its first comment what must be found, as `line:col path: part of the message`, one per line. */
describe.each(readdirSync('test/config/scenario').map((name) => join('test/config/scenario', name)))('%s', (file) => {
  test('has all its mistakes named, with their place and a hint', () => {
    const text = readFileSync(file, 'utf8');
    const expected = text
      .split('\n')
      .filter((line) => line.startsWith('# '))
      .map((line) => line.slice(2));
    const parsed = parseScenario(text, file);
    const found = parsed.ok ? [] : parsed.errors.map((one) => `${one.where.slice(file.length + 1)}: ${one.message}`);
    expect(found).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(found[index]).toContain(part);
    for (const one of parsed.ok ? [] : parsed.errors) expect(one.hint).not.toBe('');
  });
});

describe.each(faultCatalogue.map((entry) => [entry.kind, entry] as const))('%s as it is listed', (_, entry) => {
  const play = (fault: string) => {
    const text = `version: 1\nname: one\nduration: 1h\ncluster: { preset: ${presetOfExample(entry)} }\nfaults:\n  ${fault}\n`;
    const parsed = parseScenario(text, 'one.yaml');
    return parsed.ok ? [] : parsed.errors.map((error) => error.message);
  };

  test('can be played by its example', () => {
    expect(play(exampleOf(entry))).toEqual([]);
  });

  test('takes its defaults and the ends of its ranges as they are printed', () => {
    const target = /target: \S+?(?=,| )/.exec(exampleOf(entry))![0];
    for (const [name, spec] of Object.entries(entry.params)) {
      // What `to` may be depends on the action; -1 stands for nothing.
      if (entry.kind === 'human-action' && (name === 'to' || name === 'toText')) continue;
      for (const value of [valueText(spec.unit, spec.fallback), ...(rangeText(spec) ?? [])])
        expect(play(`- { at: 5m, kind: ${entry.kind}, ${target}, ${name}: ${value} }`), `${name}: ${value}`).toEqual(
          [],
        );
    }
  });
});

test('0 is a duration where a parameter may be nothing', () => {
  const text = `version: 1\nname: sudden\nduration: 1h\ncluster: { preset: stream-small }\nfaults:\n  - { at: 5m, kind: slow-node, target: node-1, ramp: 0 }\n`;
  expect(parseScenario(text, 'sudden.yaml')).toMatchObject({ scenario: { faults: [{ params: { ramp: 0 } }] } });
});

test('what must never be done is known by its id, however it is written', () => {
  const text =
    'version: 1\nname: guarded\nduration: 1h\ncluster: { preset: stream-small }\nexpect: { never: [ { action: node.drain, target: node/node-2 } ] }\n';
  expect(parseScenario(text, 'guarded.yaml')).toMatchObject({
    scenario: { expect: { never: [{ target: 'node-2' }] } },
  });
});

test('instances find room on paper exactly where they find it in a cluster', () => {
  const small = streamSmall();
  const cores = fc.constantFrom(0.5, 1, 1.5, 2, 3);
  const gib = fc.integer({ min: 1, max: 12 }).map((quarters) => quarters * 256 * 1024 ** 2);
  const shape = fc.record({ replicas: fc.integer({ min: 0, max: 12 }), cpuCores: cores, memoryLimitBytes: gib });
  let [fitting, lacking] = [0, 0];
  fc.assert(
    fc.property(fc.tuple(shape, shape, shape), fc.integer({ min: 2, max: 6 }), (shapes, count) => {
      const workloads = small.workloads.map((workload, i) => ({ ...workload, ...shapes[i]! }));
      const cluster = { ...small, nodes: small.nodes.slice(0, count), workloads, replicaGroups: [], queues: [] };
      const room = roomFor(workloads, cluster.nodes, cluster.zones);
      const hasRoom = workloads.every((workload, i) => room[i] === workload.replicas);
      if (hasRoom) fitting++;
      else lacking++;
      const build = () => createCluster(cluster, new Kernel(0), new Streams(1), { event() {}, log() {} } as never);
      if (hasRoom) build();
      else expect(build).toThrow('have no room');
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(Math.min(fitting, lacking)).toBeGreaterThan(30);
});

test('every preset bears its base load, and one that is stretched threefold does not', () => {
  for (const preset of Object.values(presets)) {
    const cluster = preset();
    expect(overloads(cluster), cluster.id).toEqual([]);
    const busy = cluster.queues.map((queue) => ({ ...queue, messagesPerS: 3 * queue.messagesPerS }));
    expect(overloads({ ...cluster, queues: busy }).length, cluster.id).toBeGreaterThan(0);
  }
});

test('an unknown name is told with the nearest names and how many there are besides', () => {
  const text =
    'version: 1\nname: far\nduration: 1h\ncluster: { preset: stream-large }\nfaults: [ { at: 1m, kind: node-crash, target: node-77 } ]\n';
  const parsed = parseScenario(text, 'far.yaml');
  const hint = parsed.ok ? '' : parsed.errors[0]!.hint!;
  expect(hint).toMatch(/^did you mean node-7\? known: node-7, /);
  expect(hint).toMatch(/ and 48 more$/);
});

test('a spelled-out cluster runs like a preset', () => {
  const scenario = read('test/sim/fixture/spelled-out.yaml');
  const world = createWorld({ scenario, seed: 1 });
  world.runUntilMs(world.endMs);
  expect(world.truth.sloMsLost).toBe(0);
  expect(world.state.queues.get('clicks')!.dequeued).toBeGreaterThan(50_000);
  expect(world.state.instances.get('reader-2')!.nodeId).not.toBe(world.state.instances.get('reader-1')!.nodeId);
});

test('the whole cluster that the reference shows is played as it says, and bears its load', () => {
  const scenario = read('examples/scenarios/bottling-plant.yaml');
  expect(overloads(scenario.cluster)).toEqual([]);
  const calm = createWorld({ scenario: { ...scenario, faults: [] }, seed: 1 });
  calm.runUntilMs(calm.endMs);
  expect(calm.truth.sloMsLost).toBe(0);
  expect(calm.state.queues.get('readings')!.dequeued).toBeGreaterThan(300_000);
  expect(calm.state.jobs.get('nightly')!.attempts).toBe(2);
  const broken = createWorld({ scenario, seed: 1 });
  broken.runUntilMs(broken.endMs);
  expect(broken.truth.faults.map((fault) => fault.liveAtMs)).toEqual(
    [360_000, 900_000].map((ms) => broken.startMs + ms),
  );
});

test('a recorded series is replayed around the base load', () => {
  const text =
    'version: 1\nname: replay\nduration: 10m\ncluster: { preset: stream-small }\nload: { pattern: replay, file: rate.csv, step: 5m }\n';
  const parsed = parseScenario(text, 'replay.yaml', {
    readBeside: (name) => (name === 'rate.csv' ? 'time,rate\n1,50\n2,150\n' : null),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const world = createWorld({ scenario: parsed.scenario, seed: 1 });
  const queue = world.state.queues.get('orders')!;
  world.runUntilMs(world.startMs + 300_000);
  expect(queue.enqueued / 300 / 600).toBeCloseTo(0.5, 1);
  const before = queue.enqueued;
  world.runUntilMs(world.endMs);
  expect((queue.enqueued - before) / 300 / 600).toBeGreaterThan(1.3);
});

test('the JSON Schema knows every kind of fault with its parameters and refuses other keys', () => {
  const schema = JSON.stringify(scenarioJsonSchema());
  for (const kind of causeKinds) expect(schema).toContain(`{"const":"${kind}"}`);
  expect(schema).toContain('"burstLasts"');
  expect(scenarioJsonSchema()).toMatchObject({
    additionalProperties: false,
    required: expect.arrayContaining(['version', 'name']),
  });
});

test.each([
  ['45m', 2_700_000],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['1.5s', 1500],
  ['45', null],
  ['m', null],
  ['', null],
])('reads the duration %s', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test('reads sizes, rates and shares', () => {
  expect(parseBytes('512MiB')).toBe(512 * 1024 ** 2);
  expect(parseBytes('512MB')).toBeNull();
  expect(parseBytesPerMs('60KiB/min')).toBeCloseTo(1.024);
  expect(parseBytesPerMs('60KiB')).toBeNull();
  expect(parseRatio('12.5%')).toBe(0.125);
});
