import { describe, expect, test } from 'vitest';
import type { ActionSpec } from '../../../model/actions.ts';
import type { Plan, Rehearsal } from '../../../model/plan.ts';
import { rehearsePlans } from '../../../sim/twin/rehearse.ts';
import { planOf } from '../../agent/execute/plans.ts';
import { type Watched, watch } from './watched.ts';

type Rehearsed = Extract<Rehearsal, { status: 'rehearsed' }>;

function rehearsedOf({ plans }: Watched, playbook: string): { readonly plan: Plan; readonly rehearsal: Rehearsed } {
  const plan = plans.find((one) => one.playbook === playbook && one.rehearsal.status === 'rehearsed');
  if (plan?.rehearsal.status !== 'rehearsed')
    throw new Error(
      `${playbook} was not rehearsed: ${JSON.stringify(plans.map((one) => [one.playbook, one.rehearsal]))}`,
    );
  return { plan, rehearsal: plan.rehearsal };
}

/** A plan with these actions in place of its own. */
function planThat(...actions: readonly ActionSpec[]): Plan {
  const plan = planOf({});
  const [step] = plan.steps;
  return {
    ...plan,
    planHash: JSON.stringify(actions),
    steps: actions.map((action, i) => ({ ...step!, id: `s${i}`, action })),
  };
}

const restart = (id: string): ActionSpec => ({
  name: 'instance.restart',
  target: { kind: 'instance', id },
  params: { graceMs: 1_000 },
});
const scale = (to: number): ActionSpec => ({
  name: 'workload.scale',
  target: { kind: 'workload', id: 'worker' },
  params: { to },
});

describe('what the twin says beside what the cluster then does', () => {
  test('a dead worker that the others cannot stand in for', () => {
    const watched = watch({
      load: '{ pattern: steady, peak: 1.3 }',
      faults: ['at: 6m, kind: instance-crash, target: worker-3'],
    });
    watched.runTo(7);
    const { plan, rehearsal } = rehearsedOf(watched, 'restart-dead-instance');
    const lostMs = watched.reallyLostAfter(plan);
    expect(lostMs).toBeGreaterThan(20 * 60_000);
    expect(rehearsal.doNothing[0]).toBeLessThanOrEqual(lostMs);
    expect(rehearsal.doNothing[2]).toBeGreaterThanOrEqual(lostMs - 60_000);
    expect(rehearsal.withPlan[1]).toBeLessThan(60_000);
    expect(rehearsal.recoversAlone).toBe(0);
  });

  test('a surge that six workers cannot carry, and eight can', () => {
    const watched = watch({ faults: ['at: 6m, kind: load-surge, target: orders, factor: 1.65, lasts: 60m'] });
    watched.runTo(10);
    const picture = watched.picture();
    const [rehearsal] = rehearsePlans([planThat(scale(9))], picture) as [Rehearsed];
    expect(rehearsal.status).toBe('rehearsed');
    expect(rehearsal.doNothing[1]).toBeGreaterThan(3 * 60_000);
    expect(rehearsal.spared[1]).toBeGreaterThan(2 * 60_000);
    expect(rehearsal.spared[0]).toBeGreaterThanOrEqual(0);
  });

  test('a leak that ends in a kill within the half hour', () => {
    const watched = watch({
      load: '{ pattern: steady, peak: 1.3 }',
      faults: ['at: 6m, kind: memory-leak, target: worker-3, rate: 20MiB/min'],
    });
    watched.runTo(12);
    const { plan } = rehearsedOf(watched, 'restart-leaking-worker');
    const [rehearsal] = rehearsePlans([plan], watched.picture()) as [Rehearsed];
    expect(rehearsal.doNothing[1]).toBeGreaterThan(5 * 60_000);
    expect(rehearsal.withPlan[1]).toBe(0);
    expect(rehearsal.recoversAlone).toBeLessThan(0.5);
  });

  test('a broker that is down and leaves a quorum costs nothing by itself, and does not come back by itself', () => {
    const watched = watch({ faults: ['at: 6m, kind: instance-crash, target: broker-2'] });
    watched.runTo(8);
    const { plan, rehearsal } = rehearsedOf(watched, 'restart-dead-instance');
    expect(rehearsal.doNothing[2]).toBeGreaterThanOrEqual(watched.reallyLostAfter(plan) - 10_000);
    expect(rehearsal.recoversAlone).toBe(0);
  });
});

describe('what doing nothing costs', () => {
  test('beside one slow worker, whose partitions nobody else reads', () => {
    const watched = watch({ faults: ['at: 6m, kind: slow-node, target: node-4, factor: 6'] });
    watched.runTo(7);
    const [rehearsal] = rehearsePlans([planThat(restart('worker-4'))], watched.picture()) as [Rehearsed];
    expect(rehearsal.doNothing[1]).toBeGreaterThan(60_000);
    expect(rehearsal.doNothing[2]).toBeGreaterThan(25 * 60_000);
  });

  test('without the database that every worker calls', () => {
    const watched = watch({ preset: 'batch-small', faults: ['at: 6m, kind: instance-crash, target: db-1'] });
    watched.runTo(6.2);
    const [rehearsal] = rehearsePlans([planThat(restart('db-1'))], watched.picture()) as [Rehearsed];
    expect(rehearsal.doNothing[0]).toBeGreaterThan(25 * 60_000);
    expect(rehearsal.withPlan[1]).toBeLessThan(2 * 60_000);
  });

  test('before the disk of the leader is full', () => {
    const watched = watch({ faults: ['at: 4m, kind: disk-fill, target: node-1, rate: 5GiB/min'] });
    watched.runTo(8);
    const hand: ActionSpec = {
      name: 'replica.transfer-leader',
      target: { kind: 'replica-group', id: 'orders' },
      params: { from: 'broker-1', to: null },
    };
    const [rehearsal] = rehearsePlans([planThat(hand)], watched.picture()) as [Rehearsed];
    expect(rehearsal.doNothing[1]).toBeGreaterThan(10 * 60_000);
    expect(rehearsal.doNothing[1]).toBeLessThan(25 * 60_000);
    expect(rehearsal.withPlan[2]).toBeLessThan(60_000);
  });
});

describe('a plan that harms', () => {
  test('is told apart from doing nothing: fewer workers, or none that read', () => {
    const watched = watch({ load: '{ pattern: steady, peak: 1.2 }' });
    watched.runTo(6);
    const pause: ActionSpec = { name: 'queue.pause-consumer', target: { kind: 'queue', id: 'orders' }, params: {} };
    const [fewer, none, usual] = rehearsePlans(
      [planThat(scale(3)), planThat(pause), planThat(restart('worker-1'))],
      watched.picture(),
    ) as [Rehearsed, Rehearsed, Rehearsed];
    expect(fewer.spared[2]).toBeLessThan(-10 * 60_000);
    expect(none.spared[2]).toBeLessThan(-25 * 60_000);
    expect(usual.spared[1]).toBeGreaterThan(-10_000);
  });
});

describe('the twin cannot rehearse', () => {
  const watched = watch({ faults: ['at: 6m, kind: hot-key, target: orders, share: 0.5'] });

  test('without a past', () => {
    watched.runTo(1);
    expect(rehearsePlans([planThat(restart('worker-1'))], watched.picture())[0]).toMatchObject({
      status: 'cannot-rehearse',
      why: 'too little is known of the load of queue orders',
    });
  });

  test('an action that it has no model of, or on something that it does not see', () => {
    watched.runTo(5);
    const reclaim: ActionSpec = {
      name: 'storage.reclaim',
      target: { kind: 'node', id: 'node-1' },
      params: { pathId: 'scratch' },
    };
    const whys = rehearsePlans([planThat(reclaim), planThat(restart('worker-99'))], watched.picture());
    expect(whys).toMatchObject([
      { status: 'cannot-rehearse', why: 'storage.reclaim: the twin does not know disks' },
      { status: 'cannot-rehearse', why: 'instance/worker-99 is not in the twin' },
    ]);
  });

  test('a cluster in a trouble that it knows nothing of', () => {
    const plan = planThat(restart('worker-1'));
    const lossy = { ...plan, cause: { ...plan.cause, kind: 'packet-loss' as const } };
    expect(rehearsePlans([lossy], watched.picture())[0]).toMatchObject({
      why: 'packet-loss: the twin does not know what lost packets cost',
    });
  });

  test('a queue whose readers are held back by something that it does not know', () => {
    watched.runTo(9);
    const [rehearsal] = rehearsePlans([planThat(scale(8))], watched.picture());
    expect(rehearsal).toMatchObject({
      status: 'cannot-rehearse',
      why: expect.stringContaining('what holds them back'),
    });
  });

  test('a cluster whose last minutes it would have predicted badly', () => {
    const picture = watched.picture();
    // Ages that jump between nothing and five minutes come from no queue; without its count nobody can call it held back.
    const made: Record<string, (i: number) => number> = {
      'queue.dequeued': () => Number.NaN,
      'queue.oldest_age': (i) => (i % 2) * 300_000,
    };
    const series = picture.series.map((one) => {
      const make = made[one.metric];
      return make === undefined ? one : { ...one, values: one.values.map((_, i) => make(i)) };
    });
    const [rehearsal] = rehearsePlans([planThat(scale(8))], { ...picture, series });
    expect(rehearsal).toMatchObject({ status: 'cannot-rehearse', why: expect.stringContaining('back-test over') });
  });

  test('a cluster with no SLO that it knows', () => {
    const picture = { ...watched.picture(), slos: [] };
    expect(rehearsePlans([planThat(scale(8))], picture)[0]).toMatchObject({
      why: 'no SLO is about the age or depth of a queue',
    });
  });
});

test('the same plan and picture give the same rehearsal, in whatever company', () => {
  const watched = watch({});
  watched.runTo(5);
  const picture = watched.picture();
  const [alone] = rehearsePlans([planThat(scale(7))], picture);
  const [, beside] = rehearsePlans([planThat(restart('worker-2')), planThat(scale(7))], structuredClone(picture));
  expect(beside).toEqual(alone);
});
