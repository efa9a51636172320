import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createAnalysis } from '../../../../agent/analyze/analyze.ts';
import { failureProbability, hazardPrior, learnOutcome } from '../../../../agent/analyze/failure/node-hazard.ts';
import { diskModelCard } from '../../../../agent/analyze/failure/shipped.ts';
import { createHazards, takeHazards, updateHazards } from '../../../../agent/analyze/live/hazards.ts';
import { createMonitor, observe } from '../../../../agent/monitor/monitor.ts';
import { topologyOf } from '../../../../agent/monitor/topology.ts';
import type { FailurePrediction } from '../../../../model/forecast.ts';
import type { Node } from '../../../../model/inventory.ts';
import type { ModelCard } from '../../../../model/model-card.ts';
import type { Observation } from '../../../../model/observation.ts';

const startMs = 1_000_000_000;
const ids = ['node-1', 'node-2', 'node-3'];

interface Told {
  readonly state?: Node['state'];
  readonly cordoned?: boolean;
  readonly temperature: number;
}

/** Three nodes for so many minutes, a look every ten seconds; `told` says what one shows in a second. */
function watch(minutes: number, told: (id: string, second: number) => Told, state = createHazards()) {
  const monitor = createMonitor({ clusterId: 'test' });
  const predictions: FailurePrediction[] = [];
  const cards: ModelCard[] = [];
  for (let second = 10; second <= 60 * minutes; second += 10) {
    const nowMs = startMs + 1_000 * second;
    const nodes = ids.map((id): Node => {
      const { state = 'ready', cordoned = false } = told(id, second);
      return { id, zoneId: 'a', state, cordoned, cpuCores: 4, memoryBytes: 1e10, diskBytes: null, labels: {} };
    });
    const samples = ids.map(
      (id): Observation => ({
        kind: 'metric',
        source: 'engine',
        observedAtMs: nowMs,
        entity: { kind: 'node', id },
        name: 'temperature',
        unit: 'Cel',
        type: 'gauge',
        value: told(id, second).temperature,
      }),
    );
    observe(monitor, nowMs, [
      { kind: 'inventory', source: 'engine', observedAtMs: nowMs, part: { nodes } },
      ...samples,
    ]);
    const inventory = monitor.inventory!;
    const tick = updateHazards({ monitor, inventory, topology: topologyOf(inventory), slos: [], nowMs }, state);
    predictions.push(...tick.predictions);
    cards.push(...tick.cards);
  }
  return { state, predictions, cards };
}

const heating = (second: number) => 24 + Math.max(0, second - 600) / 20;

describe('the hazard of a node', () => {
  test('a node that heats up is predicted to go down before it does, with the reason', () => {
    const { predictions, state } = watch(20, (id, second) => ({
      temperature: id === 'node-2' ? heating(second) : 24,
      state: id === 'node-2' && second > 1_080 ? 'not-ready' : 'ready',
    }));
    expect(new Set(predictions.map(({ entity }) => entity.id))).toEqual(new Set(['node-2']));
    expect(predictions[0]!.atMs).toBeLessThan(startMs + 1_080_000 - 120_000);
    expect(predictions[0]!.reasons[0]).toMatch(/°C at its inlet, .* °C in three minutes/);
    expect(state.failures).toBeGreaterThan(0);
    expect(state.weights.heat).toBeGreaterThan(0);
  });

  test('sound nodes raise no prediction in five hours, and are scored', () => {
    const { predictions, cards, state } = watch(300, () => ({ temperature: 24 }));
    expect(predictions).toEqual([]);
    expect(state.failures).toBe(0);
    expect(cards.at(-1)!.contenders[0]).toMatchObject({ model: 'node-hazard', state: 'serves' });
    expect(cards.at(-1)!.contenders[0]!.errorRatio!).toBeLessThan(0.001);
  });

  test('a node that people cordon teaches nothing', () => {
    const { state } = watch(60, (_id, second) => ({
      temperature: 24,
      cordoned: second > 1_000,
      state: second > 1_200 ? 'not-ready' : 'ready',
    }));
    expect(state.failures).toBe(0);
  });

  test('what was learned survives a restart by way of its card', () => {
    const { cards, state } = watch(130, (id, second) => ({
      temperature: id === 'node-1' ? 38 : 24,
      state: id === 'node-1' && second % 1_800 > 1_200 ? 'not-ready' : 'ready',
    }));
    const again = createAnalysis().hazards;
    takeHazards(again, cards.at(-1)!);
    expect(again.weights).not.toEqual(hazardPrior);
    expect(again.scored).toBeLessThanOrEqual(state.scored);
    expect(again.failures).toBeGreaterThan(0);
  });
});

test('a failure without symptoms makes all failures likelier, one with heat makes heat weigh more', () => {
  const calm = {
    diskErrorsPerMinute: 0,
    networkErrorsPerMinute: 0,
    instanceEnds: 0,
    temperatureCel: 24,
    temperatureAheadCel: 24,
  };
  const hot = { ...calm, temperatureAheadCel: 40 };
  expect(failureProbability(learnOutcome(hazardPrior, calm, true), calm)).toBeGreaterThan(
    failureProbability(hazardPrior, calm),
  );
  expect(learnOutcome(hazardPrior, hot, true).heat).toBeGreaterThan(hazardPrior.heat);
  expect(learnOutcome(hazardPrior, hot, false).heat).toBeLessThan(hazardPrior.heat);
});

test('the disk model that ships has a card; a broken file has none', () => {
  const file = new URL('../../../../bench/accuracy/models/disk-failure.json', import.meta.url);
  const card = diskModelCard(readFileSync(file, 'utf8'), 5)!;
  expect(card).toMatchObject({ task: 'failure', series: 'disks', champion: 'boosted-trees' });
  expect(card.contenders[0]!.lineage!.parameters).toMatchObject({ horizonHours: 720, alarmedHealthy: 0.0095 });
  expect(diskModelCard('{', 5)).toBeNull();
});
