import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FailureModel, HazardTracker, hazardOf } from '../../../../agent/analyze/failure/failure-model.ts';
import { featureNames } from '../../../../agent/analyze/failure/features.ts';
import { parseFailureModel } from '../../../../agent/analyze/failure/parse-model.ts';

const level = featureNames(['errors']).indexOf('errors: level');
/** One question: more than about seven errors? */
const model: FailureModel = {
  attributes: ['errors'],
  horizonHours: 720,
  kindRisks: {},
  trees: {
    base: -3,
    trees: [{ feature: [level, 0, 0], threshold: [2, 0, 0], left: [1, 0, 0], value: [0, -1, 4] }],
  },
  calibration: [
    { logOdds: -4, probability: 0.001 },
    { logOdds: 1, probability: 0.2 },
  ],
  alarmScore: 0.5,
};
const history = (...errors: number[]) => ({
  kind: 'disk',
  sizeTb: 4,
  readings: errors.map((value, i) => ({ hour: 24 * i, values: [value] })),
});

test('a hazard carries a calibrated probability and the reason for it', () => {
  const hazard = hazardOf(model, history(0, 100))!;
  expect(hazard.score).toBeGreaterThan(model.alarmScore);
  expect(hazard.probability).toBe(0.2);
  expect(hazard.reasons).toEqual([{ feature: 'errors: level', weight: 4 }]);
});

test('a healthy history has a low probability and no reasons', () => {
  expect(hazardOf(model, history(0, 0))).toMatchObject({ probability: 0.001, reasons: [] });
});

test('without readings nothing is said', () => {
  expect(hazardOf(model, history())).toBeUndefined();
});

test('the score never falls, the probability may', () => {
  const hazard = hazardOf(model, history(0, 100, 0))!;
  expect(hazard.score).toBeGreaterThan(model.alarmScore);
  expect(hazard.probability).toBe(0.001);
});

test('later readings never change an earlier score, whatever the values', () => {
  const value = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constant(Number.NaN), fc.constant(-5));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), fc.nat(19), (values, cut) => {
      const scores = (errors: number[]) => {
        const tracker = new HazardTracker(model, 'disk', 4);
        return history(...errors).readings.map((reading) => tracker.score(reading));
      };
      expect(scores(values.slice(0, cut))).toEqual(scores(values).slice(0, cut));
    }),
  );
});

test('a shipped model survives being written and read', () => {
  expect(parseFailureModel(JSON.stringify(model))).toEqual({ ok: true, model });
});

test('a broken model is refused with a message', () => {
  expect(parseFailureModel('{')).toMatchObject({ ok: false, mistake: expect.stringContaining('not JSON') });
  expect(parseFailureModel('{}')).toMatchObject({ ok: false, mistake: expect.stringContaining('attributes') });
  const endless = { ...model, trees: { base: 0, trees: [{ feature: [0], threshold: [0], left: [0.5], value: [0] }] } };
  expect(parseFailureModel(JSON.stringify(endless))).toEqual({
    ok: false,
    mistake: 'tree 0 is not a tree over 15 features',
  });
});
