import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { activeSignals, analyze, createAnalysis } from '../../../agent/analyze/analyze.ts';
import { createIncidents, openIncidents, updateIncidents } from '../../../agent/analyze/incidents/incidents.ts';
import { createMonitor, observe } from '../../../agent/monitor/monitor.ts';
import { parsePlaybook } from '../../../agent/plan/playbook.ts';
import { proposePlans } from '../../../agent/plan/propose.ts';
import type { Incident } from '../../../model/incident.ts';
import type { Observation } from '../../../model/observation.ts';
import type { Signal } from '../../../model/signal.ts';
import { simCollector } from '../../../sim/adapters/collector.ts';
import { simulatedActions } from '../../../sim/cluster/operations.ts';
import { parseScenario } from '../../../sim/scenario.ts';
import { createWorld } from '../../../sim/world.ts';

const playbookRoot = join(import.meta.dirname, '../../../playbooks');
const playbooks = readdirSync(playbookRoot).map((name) => {
  const parsed = parsePlaybook(readFileSync(join(playbookRoot, name, 'playbook.yaml'), 'utf8'), name);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.playbook;
});

const faultAtMs = 180_000;

/** Watches a small cluster in virtual time, with nobody acting; faults begin after three minutes. */
function watch(faults: string, minutes: number, preset = 'stream-small') {
  const text = `version: 1
name: watched
duration: ${minutes}m
cluster: { preset: ${preset} }
load: { pattern: steady, peak: 1.1 }
${faults === '' ? '' : `faults:\n${faults}`}
expect: { causes: [] }
`;
  const parsed = parseScenario(text, 'watched.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const world = createWorld({ scenario: parsed.scenario, seed: 11 });
  const monitor = createMonitor({ clusterId: world.clusterId });
  const analysis = createAnalysis();
  const book = createIncidents();
  const incidents: Incident[] = [];
  const signals: Signal[] = [];
  let batch: Observation[] = [];
  simCollector(world).start(
    (observations) => batch.push(...observations),
    () => {},
  );
  let nowMs = world.startMs;
  while (nowMs < world.endMs) {
    nowMs += 1_000;
    world.runUntilMs(nowMs);
    observe(monitor, nowMs, batch);
    batch = [];
    signals.push(...analyze(analysis, monitor, world.slos, nowMs).changed);
    const opened = new Set(incidents.map((incident) => incident.id)).size;
    const input = { signals: activeSignals(analysis), monitor, nowMs, nextIncidentNumber: opened + 1 };
    incidents.push(...updateIncidents(book, input).incidents);
  }
  const open = openIncidents(book).map(({ incident, diagnosis }) => ({
    incident,
    diagnosis,
    drafts:
      diagnosis === null
        ? []
        : proposePlans({
            incident,
            diagnosis,
            monitor,
            analysis,
            playbooks,
            supportedActions: simulatedActions,
            holds: [],
            nowMs,
          }).drafts,
  }));
  const sinceFaultMs = (kind: Signal['kind']) => {
    const signal = signals.find((one) => one.kind === kind);
    return signal === undefined ? null : signal.atMs - world.startMs - faultAtMs;
  };
  return { open, incidents, signals, sinceFaultMs };
}

const planOf = (open: ReturnType<typeof watch>['open']) =>
  open.map(({ diagnosis, drafts }) => {
    const [cause] = diagnosis?.causes ?? [];
    const [draft] = drafts;
    return [
      `${cause?.kind} ${cause?.entity.id}`,
      draft?.steps.map(({ action }) => `${action.name} ${action.target.id}`).join(),
    ];
  });

describe('from a fault to a plan, on a small stream cluster', () => {
  test('a dead worker is missed within two seconds and is to be started again', () => {
    const seen = watch('  - { at: 3m, kind: instance-crash, target: worker-3 }', 4);
    expect(seen.sinceFaultMs('missing')).toBeLessThanOrEqual(2_000);
    expect(planOf(seen.open)).toEqual([['instance-crash worker-3', 'instance.restart worker-3']]);
  });

  test('a hung worker is to be restarted', () => {
    const { open } = watch('  - { at: 3m, kind: instance-hang, target: worker-2 }', 4);
    expect(planOf(open)).toEqual([['instance-hang worker-2', 'instance.restart worker-2']]);
  });

  test('a leaking worker is to be restarted before it is killed', () => {
    const { open, signals } = watch('  - { at: 3m, kind: memory-leak, target: worker-5, rate: 25MiB/min }', 7);
    expect(planOf(open)).toEqual([['memory-leak worker-5', 'instance.restart worker-5']]);
    expect(signals.some((signal) => signal.kind === 'killed-for-memory')).toBe(false);
  });

  test('more load than the workers can carry is met with more workers', () => {
    const { open } = watch('  - { at: 3m, kind: load-surge, target: orders, factor: 1.9 }', 5);
    expect(planOf(open)).toEqual([['load-surge orders', 'workload.scale worker']]);
  });

  test('a slow node is cordoned', () => {
    const { open } = watch('  - { at: 3m, kind: slow-node, target: node-4, factor: 4 }', 5);
    expect(planOf(open)[0]).toEqual(['slow-node node-4', 'node.cordon node-4']);
  });

  test('two independent faults are two incidents, each with its own plan', () => {
    const { open } = watch(
      '  - { at: 3m, kind: instance-crash, target: worker-1 }\n  - { at: 3m, kind: clock-skew, target: node-5 }',
      5,
    );
    expect(
      open.map(({ diagnosis }) => `${diagnosis?.causes[0]?.kind} ${diagnosis?.causes[0]?.entity.id}`).sort(),
    ).toEqual(['clock-skew node-5', 'instance-crash worker-1']);
  });

  test('the loss of a zone is one incident, however many alarms it sets off', () => {
    const { open, signals } = watch('  - { at: 3m, kind: zone-loss, target: zone-b }', 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0]?.kind)).toEqual(['zone-loss']);
    expect(signals.length).toBeGreaterThan(3);
  });

  test('a node that comes back with its processes still running was cut off and not down', () => {
    const { open } = watch('  - { at: 3m, kind: partition, target: node-2, lasts: 110s }', 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0])).toMatchObject([
      { kind: 'partition', entity: { kind: 'node', id: 'node-2' } },
    ]);
  });

  test('a zone that comes back with its processes still running was cut off and not lost', () => {
    const { open } = watch('  - { at: 3m, kind: partition, target: zone-b, lasts: 110s }', 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0])).toMatchObject([
      { kind: 'partition', entity: { kind: 'zone', id: 'zone-b' } },
    ]);
  });

  test('what is found ended in a zone that is back was lost with it: that is no crash', () => {
    const { open } = watch('  - { at: 3m, kind: zone-loss, target: zone-b, lasts: 90s }', 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0])).toMatchObject([
      { kind: 'zone-loss', entity: { kind: 'zone', id: 'zone-b' } },
    ]);
  });

  test('samples that cannot be true are no witness against the node of who sends them', () => {
    const { open } = watch('  - { at: 3m, kind: telemetry-lying, target: worker-4, how: factor, factor: 3 }', 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes.map((cause) => cause.kind))).toEqual([['telemetry-lying']]);
  });

  test('an empty list of instances whose samples go on arriving is a lost view, and nobody has crashed', () => {
    const { open } = watch('  - { at: 3m, kind: telemetry-lost, target: stream-small, inventoryLost: 100% }', 4);
    const [only] = open.map(({ diagnosis }) => diagnosis!);
    expect(open).toHaveLength(1);
    expect(only!.causes.map(({ kind, entity }) => `${kind} ${entity.id}`)).toEqual(['telemetry-lost stream-small']);
  });

  test('readers that end one after another are killed by a message, and restarting them is no plan', () => {
    const { open } = watch('  - { at: 3m, kind: poison-message, target: orders, kills: true }', 5);
    const causes = open.map(({ diagnosis }) => `${diagnosis?.causes[0]?.kind} ${diagnosis?.causes[0]?.entity.id}`);
    expect(causes).toContain('poison-message orders');
    expect(open.flatMap(({ drafts }) => drafts).map(({ playbook }) => playbook)).not.toContain('restart-dead-instance');
  });

  test('a queue that suffers once a person has scaled its readers suffers from that', () => {
    const { open } = watch(
      '  - { at: 3m, kind: human-action, target: worker, action: workload.scale, to: 2, by: ivo }',
      5,
    );
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0])).toMatchObject([
      { kind: 'human-action', entity: { kind: 'workload', id: 'worker' } },
    ]);
  });

  test('two hands that undo each other are a fault, whatever the load says', () => {
    const turns = ['3m, to: 5, by: maria', '200s, to: 7, by: cron', '220s, to: 5, by: maria'];
    const faults = turns.map((turn) => {
      const [at, ...rest] = turn.split(', ');
      return `  - { at: ${at}, kind: human-action, target: worker, action: workload.scale, ${rest.join(', ')} }`;
    });
    const { open, signals } = watch(faults.join('\n'), 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0])).toMatchObject([
      { kind: 'human-action', entity: { kind: 'workload', id: 'worker' } },
    ]);
    expect(signals.find(({ model }) => model === 'by-turns')?.explanation).toBe(
      'maria and cron change it by turns, 3 times in 10 min',
    );
  });

  test('nodes that people empty at once are why a queue suffers', () => {
    const { open } = watch(
      '  - { at: 3m, kind: human-action, target: node-4, action: node.drain, by: ivo }\n  - { at: 185s, kind: human-action, target: node-5, action: node.drain, by: ivo }',
      4,
    );
    const named = open.flatMap(({ diagnosis }) => diagnosis?.causes ?? []);
    expect(named.map(({ kind, entity }) => `${kind} ${entity.id}`)).toEqual(
      expect.arrayContaining(['human-action node-4', 'human-action node-5']),
    );
  });

  test('packets that a whole zone loses are lost in what its nodes share', () => {
    const { open } = watch('  - { at: 3m, kind: packet-loss, target: zone-b, ratio: 20% }', 5);
    expect(open.map(({ diagnosis }) => diagnosis?.causes[0])).toMatchObject([
      { kind: 'packet-loss', entity: { kind: 'zone', id: 'zone-b' } },
    ]);
  });

  test('what waits for a reader that was slow has no hot key', () => {
    const { open } = watch('  - { at: 3m, kind: slow-node, target: node-6, factor: 4, lasts: 150s }', 6);
    expect(open.flatMap(({ diagnosis }) => diagnosis?.causes ?? []).map(({ kind }) => kind)).not.toContain('hot-key');
  });

  test('what a link held back is no retry storm when it comes', () => {
    const { open } = watch('  - { at: 3m, kind: edge-link-loss, target: edge, lasts: 4m }', 8, 'edge');
    const [only] = open.map(({ diagnosis }) => diagnosis!);
    expect(open).toHaveLength(1);
    expect(only!.causes.map(({ kind }) => kind)).not.toContain('retry-storm');
    expect(only!.causes[0]).toMatchObject({ kind: 'edge-link-loss', entity: { kind: 'site', id: 'edge' } });
  });

  test('what went down with its node is started again once the node is back', () => {
    const { open } = watch('  - { at: 3m, kind: node-crash, target: node-2, lasts: 110s }', 5);
    expect(planOf(open)).toEqual([['node-crash node-2', 'instance.restart broker-2']]);
  });

  test('arrivals that step up again while messages wait are retries and not more load', () => {
    const { open } = watch('  - { at: 3m, kind: retry-storm, target: orders, burst: 2.4, retries: 1 }', 6);
    expect(planOf(open)).toEqual([['retry-storm orders', 'workload.scale worker']]);
  });

  test('frozen samples of a worker are our eyes and not a hung worker', () => {
    const { open } = watch('  - { at: 3m, kind: telemetry-frozen, target: worker-4 }', 6);
    expect(open.map(({ diagnosis }) => diagnosis?.causes.map((cause) => cause.kind))).toEqual([['telemetry-frozen']]);
  });

  test('a day without faults raises no incident', () => {
    const { incidents } = watch('', 10);
    expect(incidents).toEqual([]);
  });
});
