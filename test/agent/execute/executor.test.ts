import { describe, expect, test } from 'vitest';
import { stopAfterStep } from '../../../agent/execute/executor.ts';
import { Lab, type LabOptions } from './lab.ts';
import { decisionId, holder, planOf } from './plans.ts';

function runPlan(options: LabOptions): Lab {
  const lab = new Lab(options);
  lab.lease.acquire(holder, 30_000, lab.nowMs);
  lab.begin();
  return lab.run();
}

describe('a plan that works', () => {
  test('ends succeeded after the healthy delay, with the prediction beside what was measured', () => {
    const lab = runPlan({ steps: 2, measured: 12 });
    expect(lab.calls()).toEqual([
      'D-1.1 apply intended',
      'D-1.1 apply answered',
      'D-1.2 apply intended',
      'D-1.2 apply answered',
    ]);
    const outcome = lab.outcome();
    expect(outcome).toMatchObject({ result: 'succeeded', undone: 'not-needed' });
    expect(outcome?.saidWas[0]).toMatchObject({
      said: 'queue.depth of queue/orders below 100 within 60 s (p 0.9)',
      hit: true,
    });
    expect(outcome?.saidWas[0]?.was).toContain('12 after');
    expect(lab.controls('paged')).toEqual([]);
  });

  test('reads facts anew before every step and again after the healthy delay', () => {
    const lab = runPlan({ steps: 2 });
    expect(lab.performed.map((request) => request.type)).toEqual([
      'read-facts',
      'act',
      'read-facts',
      'act',
      'read-facts',
    ]);
    const actions = lab.records().filter((record) => record.type === 'action');
    const answeredAtMs = actions.at(-1)?.atMs ?? 0;
    expect((lab.outcome()?.atMs ?? 0) - answeredAtMs).toBeGreaterThanOrEqual(10_000);
  });
});

describe('verification', () => {
  test('measured and not met within the time is failed and undone in reverse order', () => {
    const lab = runPlan({ steps: 2, expectation: false });
    expect(lab.outcome()).toMatchObject({ result: 'failed', undone: 'undone' });
    expect(lab.outcome()?.why).toContain('VERIFY_NOT_MET');
    const undone = lab.performed.flatMap((request) =>
      request.type === 'act' && request.action.purpose === 'undo' ? [request.action.spec.target.id] : [],
    );
    expect(undone).toEqual(['w2', 'w1']);
    expect([...lab.engine.counts]).toEqual([
      ['w1', 1],
      ['w2', 1],
    ]);
  });

  test('nothing measured is inconclusive: nothing is undone and a person is asked', () => {
    const lab = runPlan({ expectation: null, measured: null });
    expect(lab.outcome()).toMatchObject({ result: 'inconclusive', undone: 'not-needed' });
    expect(lab.outcome()?.saidWas[0]?.hit).toBeNull();
    expect(lab.controls('paged')).toHaveLength(1);
    expect(lab.engine.effects).toHaveLength(1);
  });

  test('a plan that expects nothing is never believed', () => {
    expect(runPlan({ expect: [] }).outcome()?.result).toBe('inconclusive');
  });

  const call = (more: Partial<LabOptions> = {}) => {
    const plan = planOf({ expect: [] });
    const action = {
      name: 'person.page',
      target: { kind: 'cluster', id: 'lab' },
      params: { severity: 2, summary: 'look' },
    } as const;
    const step = { ...plan.steps[0]!, action, predict: null, undo: null, undoReason: 'a page changes nothing' };
    return runPlan({ ...more, plan: { ...plan, steps: [step] } });
  };

  test('a call that was taken has done all it can, and nobody is told of it again', () => {
    const lab = call();
    expect(lab.outcome()).toMatchObject({ result: 'succeeded', why: 'the call was taken' });
    expect(lab.controls('paged')).toEqual([]);
    expect(lab.performed.some((request) => request.type === 'notify')).toBe(false);
  });

  test('a call that was not taken is no success', () => {
    expect(call({ reactions: { 1: { effect: false, answer: 'silent' } } }).outcome()?.result).toBe('error');
  });

  test('facts that cannot be read after the action are inconclusive', () => {
    const startMs = 1_000_000;
    const lab = runPlan({ factsOk: (nowMs) => nowMs < startMs + 3_000 });
    expect(lab.outcome()?.result).toBe('inconclusive');
  });
});

describe('what stops a plan', () => {
  test('facts that cannot be read before the first step end it before any effect', () => {
    const lab = runPlan({ factsOk: () => false });
    expect(lab.outcome()).toMatchObject({ result: 'error', undone: 'not-needed' });
    expect(lab.engine.effects).toEqual([]);
    expect(lab.calls()).toEqual([]);
  });

  test('a denial before the second step undoes the first', () => {
    const lab = runPlan({
      steps: 2,
      judge: (purpose, step) => (purpose === 'apply' && step === 'scale-w2' ? 'deny' : 'auto'),
    });
    expect(lab.outcome()?.result).toBe('error');
    // One apply and its undo: the second step never left.
    expect(lab.engine.effects).toHaveLength(2);
    expect(lab.engine.counts.get('w1')).toBe(1);
  });

  test('an ask that nobody approved stops it like a denial', () => {
    const lab = runPlan({ judge: () => 'ask' });
    expect(lab.outcome()).toMatchObject({ result: 'error', undone: 'not-needed' });
    expect(lab.engine.effects).toEqual([]);
  });

  test('a check of the playbook that does not hold stops it before the first effect', () => {
    const lab = runPlan({ checks: ['healthy(target)'], expectation: false });
    expect(lab.outcome()?.why).toContain('PLAN_CHECK_FAILED');
    expect(lab.engine.effects).toEqual([]);
  });

  test('a person who stops it before the first call gets an outcome without any effect', () => {
    const lab = new Lab({ steps: 3 });
    lab.lease.acquire(holder, 30_000, lab.nowMs);
    lab.begin();
    stopAfterStep(lab.executions, decisionId, 'enough');
    lab.run();
    expect(lab.outcome()).toMatchObject({ result: 'error', undone: 'not-needed' });
    expect(lab.engine.effects).toEqual([]);
  });

  test('a person who stops it during a step keeps what was done, which is inconclusive', () => {
    const lab = new Lab({ steps: 3 });
    lab.lease.acquire(holder, 30_000, lab.nowMs);
    lab.begin();
    lab.beforeTurn = () => {
      if (lab.engine.effects.length === 1) stopAfterStep(lab.executions, decisionId, 'enough');
    };
    lab.run();
    expect(lab.outcome()?.result).toBe('inconclusive');
    expect(lab.engine.effects).toHaveLength(1);
  });

  test('the kill switch stops an undo as well and leaves the targets in quarantine', () => {
    const lab = new Lab({ steps: 1, expectation: false });
    lab.lease.acquire(holder, 30_000, lab.nowMs);
    lab.begin();
    lab.beforeTurn = () => {
      if (lab.engine.effects.length === 1) lab.killSwitch.engage('people at work');
    };
    lab.run();
    expect(lab.outcome()).toMatchObject({ result: 'failed', undone: 'undo-failed' });
    expect(lab.outcome()?.why).toContain('GUARD_STOP');
    expect(lab.controls('held').map((record) => record.entity?.id)).toEqual(['w1']);
    expect(lab.engine.effects).toHaveLength(1);
  });
});

describe('the lease', () => {
  test('while it is not held nothing is begun, and the plan goes on when it is back', () => {
    const lab = new Lab({ steps: 2 });
    lab.keepsLease = false;
    lab.begin();
    lab.run(60_000);
    expect(lab.engine.effects).toEqual([]);
    expect(lab.outcome()).toBeNull();
    lab.keepsLease = true;
    lab.run();
    expect(lab.outcome()?.result).toBe('succeeded');
  });

  test('another holder between two steps leaves the rest to that holder', () => {
    const lab = new Lab({ steps: 2 });
    lab.lease.acquire(holder, 30_000, lab.nowMs);
    lab.begin();
    lab.beforeTurn = () => {
      if (lab.engine.effects.length !== 1 || !lab.keepsLease) return;
      lab.keepsLease = false;
      lab.lease.release(holder);
      lab.lease.acquire('agent-b', 3_600_000, lab.nowMs);
    };
    lab.run(600_000);
    expect(lab.engine.effects).toHaveLength(1);
    expect(lab.outcome()).toBeNull();
  });
});

describe('an answer that is lost', () => {
  test('an effect without an answer is read back and not repeated', () => {
    const lab = runPlan({ reactions: { 1: { effect: true, answer: 'silent' } } });
    expect(lab.calls()).toEqual(['D-1.1 apply intended', 'D-1.1 apply unknown', 'D-1.1 apply answered']);
    expect(lab.engine.effects).toEqual(['D-1.1']);
    expect(lab.outcome()?.result).toBe('succeeded');
  });

  test('a call that never took effect is not sent again', () => {
    const lab = runPlan({ reactions: { 1: { effect: false, answer: 'silent' } } });
    expect(lab.engine.effects).toEqual([]);
    expect(lab.outcome()).toMatchObject({ result: 'error', undone: 'not-needed' });
  });

  test('a call that cannot be read back ends in quarantine with a page of the first severity', () => {
    const lab = runPlan({ reactions: { 1: { effect: true, answer: 'unknown' } }, unreadable: [1] });
    expect(lab.outcome()).toMatchObject({ result: 'error', undone: 'undo-failed' });
    expect(lab.outcome()?.why).toContain('STEP_UNKNOWN');
    expect(lab.controls('held')).toHaveLength(1);
    expect(lab.performed.find((request) => request.type === 'notify')).toMatchObject({ note: { severity: 1 } });
  });

  test('an answer that comes after the end is recorded, and a late effect reaches a person', () => {
    const lab = runPlan({ reactions: { 1: { effect: false, answer: 'silent' } } });
    expect(lab.calls().at(-1)).toBe('D-1.1 apply refused');
    lab.answer('D-1.1', { status: 'ok', detail: 'done at last' });
    expect(lab.calls().at(-1)).toBe('D-1.1 apply answered');
    expect(lab.performed.at(-1)).toMatchObject({ type: 'notify' });
    lab.answer('D-1.1', { status: 'ok', detail: 'done at last' });
    expect(lab.calls().filter((call) => call.endsWith('answered'))).toHaveLength(1);
  });

  test('after a restart, too, an answer that comes when its plan was given up is taken down', () => {
    const lab = new Lab({ reactions: { 1: { effect: true, answer: 'silent' } }, unreadable: [1] });
    lab.lease.acquire(holder, 30_000, lab.nowMs);
    lab.begin();
    lab.drain();
    expect(lab.calls()).toEqual(['D-1.1 apply intended']);
    lab.crash();
    lab.run();
    expect(lab.outcome()).toMatchObject({ result: 'error', undone: 'undo-failed' });
    expect(lab.calls()).toEqual(['D-1.1 apply intended']);
    lab.answer('D-1.1', { status: 'ok', detail: 'done at last' });
    expect(lab.calls()).toEqual(['D-1.1 apply intended', 'D-1.1 apply answered']);
    expect(lab.performed.at(-1)).toMatchObject({
      type: 'notify',
      note: { title: expect.stringContaining('late effect') },
    });
  });
});
