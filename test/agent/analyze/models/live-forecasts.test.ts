import { beforeAll, expect, test } from 'vitest';
import { resumeAgent } from '../../../../agent/resume.ts';
import { modelsView } from '../../../../agent/views/models.ts';
import { type RunningAgent, startAgent } from '../../fixture.ts';

const series = 'queue/orders:queue.enqueued';
let agent: RunningAgent;

beforeAll(() => {
  agent = startAgent({ faults: '[]' });
  agent.runForMs(50 * 60_000);
}, 120_000);

function cardOf(name: string) {
  return modelsView(agent.shell.agent.knowledge, name).models[0]!;
}

test('queues, indicators, memory, disks and processors are forecast, with past error and coverage', () => {
  const forecasts = [...agent.shell.agent.knowledge.forecasts.values()];
  const of = (metric: string) => forecasts.filter((forecast) => forecast.metric === metric);
  expect(of('queue.enqueued').map(({ unit }) => unit)).toEqual(['{message}/s']);
  expect(of('queue.oldest_age')[0]?.limit?.value).toBeGreaterThan(0);
  for (const metric of ['memory.usage', 'cpu.utilization', 'disk.usage']) {
    expect(of(metric).length).toBeGreaterThanOrEqual(6);
  }
  for (const forecast of forecasts) {
    expect(forecast.pastErrorRatio === null || forecast.pastErrorRatio >= 0).toBe(true);
    expect(forecast.q50).toHaveLength(12);
    for (const [i, middle] of forecast.q50.entries()) {
      expect(forecast.q10[i]).toBeLessThanOrEqual(middle);
      expect(forecast.q90[i]).toBeGreaterThanOrEqual(middle);
    }
  }
  expect(of('cpu.utilization').every(({ pastCoverageRatio }) => pastCoverageRatio !== null)).toBe(true);
});

test('the registry tells of every contender, its scores and its lineage', () => {
  const { contenders, champion } = cardOf(series);
  expect(contenders.map(({ model }) => model)).toContain('ensemble');
  expect(contenders.filter(({ state }) => state === 'serves')).toHaveLength(1);
  expect(contenders.find(({ model }) => model === champion)!.scored).toBeGreaterThan(30);
  expect(contenders.find(({ model }) => model === 'seasonal-naive')!.state).toBe('needs-history');
  const { lineage } = contenders.find(({ model }) => model === 'ets-damped')!;
  expect(lineage?.parameters).toHaveProperty('alpha');
  expect(lineage!.dataToMs!).toBeGreaterThan(lineage!.dataFromMs!);
});

test('a pin wins, survives a restart, and a rollback returns to who served before', () => {
  const before = cardOf(series).champion;
  expect(agent.say('unix:maria', { type: 'pin-model', series, model: 'theta', why: 'sale' })).toMatchObject({
    ok: true,
  });
  agent.runForMs(10 * 60_000);
  expect(cardOf(series)).toMatchObject({ champion: 'theta', pinned: true, former: before });

  const { options, policy, analysis } = agent.shell.agent;
  const rows = agent.records.map((record, i) => ({ seq: i + 1, atMs: record.atMs, record, prevHash: '', hash: '' }));
  const heir = resumeAgent(options, policy, rows);
  expect(heir.analysis.forecasts.known.get(series)).toMatchObject({ champion: 'theta', pinned: true });

  expect(agent.say('unix:maria', { type: 'roll-back-model', series, why: 'it swings' })).toMatchObject({ ok: true });
  expect(cardOf(series)).toMatchObject({ champion: before, pinned: true });
  expect(agent.say('unix:maria', { type: 'unpin-model', series, why: 'over' })).toMatchObject({ ok: true });
  expect(analysis.forecasts.byKey.get(series)!.throne.pinned).toBe(false);
  expect(
    agent
      .ofType('model-change')
      .filter(({ person }) => person !== null)
      .map(({ change }) => change),
  ).toEqual(['pinned', 'rolled-back', 'unpinned']);
});

test.each([
  ['queue/none:queue.depth', 'theta', 'MODEL_SERIES_UNKNOWN'],
  [series, 'oracle', 'MODEL_UNKNOWN'],
])('refuses to pin %s to %s', (name, model, code) => {
  expect(agent.say('unix:maria', { type: 'pin-model', series: name, model, why: 'x' })).toMatchObject({
    ok: false,
    code,
  });
});

test('a viewer may not pin', () => {
  const refused = agent.say('unix:nobody', { type: 'pin-model', series, model: 'theta', why: 'x' });
  expect(refused).toMatchObject({ ok: false, code: 'COMMAND_NOT_ALLOWED' });
});
