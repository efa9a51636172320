import { expect, test } from 'vitest';
import type { DecisionId } from '../../model/entity.ts';
import { startAgent } from './fixture.ts';

test('brings a dead worker back with one decision, one action and one outcome', () => {
  const agent = startAgent();
  agent.runForMs(5 * 60_000);
  expect(agent.effects()).toEqual(['instance.restart worker-3']);
  const outcomes = agent.ofType('outcome');
  expect(outcomes.map((outcome) => [outcome.decisionId, outcome.result])).toEqual([['D-1', 'succeeded']]);
  expect(new Set(agent.ofType('action').map((action) => action.id))).toEqual(new Set(['D-1.1']));
  expect(agent.ofType('incident').at(-1)?.state).toBe('resolved');
});

test('writes the intent of an action before its effect', () => {
  const agent = startAgent();
  agent.runForMs(5 * 60_000);
  const intent = agent.ofType('action').find((action) => action.state === 'intended');
  expect(intent?.atMs).toBeLessThanOrEqual(agent.world.truth.actions[0]!.atMs);
  expect(agent.records.indexOf(intent!)).toBeLessThan(
    agent.records.findIndex((record) => record.type === 'action' && record.state === 'answered'),
  );
});

test('waits out the hold-down before it acts', () => {
  const agent = startAgent();
  agent.runForMs(5 * 60_000);
  const verdicts = agent.ofType('verdict').map(({ effect, rule }) => `${effect} ${rule}`);
  expect(verdicts).toEqual(['deny limits.holdDown', 'auto workers']);
});

test('does nothing in mode observe and says what it would have done', () => {
  const agent = startAgent({ mode: 'observe' });
  agent.runForMs(5 * 60_000);
  expect(agent.effects()).toEqual([]);
  expect(agent.ofType('verdict').at(-1)).toMatchObject({ effect: 'deny', wouldEffect: 'auto' });
});

test('asks first where the policy asks, and acts once after the approval', () => {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(3 * 60_000);
  expect(agent.effects()).toEqual([]);
  const [question] = agent.ofType('approval');
  const answer = {
    type: 'answer' as const,
    decisionId: question!.id,
    planHash: question!.planHash,
    answer: 'approve' as const,
    reason: null,
  };
  expect(agent.say('unix:maria', answer, 'click').ok).toBe(true);
  expect(agent.say('unix:maria', answer, 'click').ok).toBe(true);
  agent.runForMs(2 * 60_000);
  expect(agent.effects()).toEqual(['instance.restart worker-3']);
  expect(agent.ofType('approval').at(-1)).toMatchObject({ state: 'approved' });
});

test('takes silence for a no', () => {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(12 * 60_000);
  expect(agent.effects()).toEqual([]);
  expect(agent.ofType('approval').at(-1)?.state).toBe('expired');
  expect(agent.ofType('verdict').at(-1)).toMatchObject({ effect: 'deny', rule: 'approval' });
});

const no = (question: { id: DecisionId; planHash: string }) => ({
  type: 'answer' as const,
  decisionId: question.id,
  planHash: question.planHash,
  answer: 'deny' as const,
  reason: null,
});

test('asks for the next best plan once a person said no, and never again for one that was refused', () => {
  const agent = startAgent({ restart: 'ask', secondPlaybook: true });
  agent.runForMs(3 * 60_000);
  const asked = () => new Set(agent.ofType('approval').map(({ id }) => id));
  const playbookOf = (id: string) => agent.ofType('plan').find(({ decisionId }) => decisionId === id)?.playbook;
  const first = agent.ofType('approval').at(-1)!;
  expect(agent.say('unix:maria', no(first)).ok).toBe(true);
  agent.runForMs(60_000);
  const second = agent.ofType('approval').at(-1)!;
  expect(second).toMatchObject({ state: 'requested' });
  expect([playbookOf(first.id), playbookOf(second.id)].sort()).toEqual([
    'restart-dead-instance',
    'start-dead-instance',
  ]);

  expect(agent.say('unix:maria', no(second)).ok).toBe(true);
  agent.runForMs(10 * 60_000);
  expect(asked()).toEqual(new Set([first.id, second.id]));
  expect(agent.effects()).toEqual([]);
});

test('does what it may do by itself while a question about something else is open', () => {
  const faults =
    '[{ at: 2m, kind: packet-loss, target: node-6, lasts: 15m }, { at: 4m, kind: instance-crash, target: worker-3 }]';
  const agent = startAgent({ asks: ['node.cordon'], faults });
  agent.runForMs(220_000);
  expect(agent.ofType('approval').at(-1)).toMatchObject({ state: 'requested', incidentId: 'INC-0001' });
  agent.runForMs(3 * 60_000);
  const restart = agent.ofType('plan').find(({ steps }) => steps[0]?.action.name === 'instance.restart');
  expect(restart?.incidentId).toBe('INC-0001');
  expect(agent.effects()).toEqual(['instance.restart worker-3']);
});

test('refuses an answer for another plan and from somebody who may not give it', () => {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(3 * 60_000);
  const { id: decisionId, planHash } = agent.ofType('approval')[0]!;
  const answer = { type: 'answer' as const, decisionId, planHash, answer: 'approve' as const, reason: null };
  expect(agent.say('unix:maria', { ...answer, planHash: 'f'.repeat(64) })).toMatchObject({
    code: 'APPROVAL_HASH_MISMATCH',
  });
  expect(agent.say('unix:eve', answer)).toMatchObject({ code: 'APPROVAL_NOT_ALLOWED' });
  agent.runForMs(60_000);
  expect(agent.effects()).toEqual([]);
});

test('leaves a held instance alone', () => {
  const agent = startAgent();
  agent.runForMs(30_000);
  const hold = {
    type: 'hold' as const,
    entity: { kind: 'instance' as const, id: 'worker-3' },
    forMs: 3_600_000,
    why: 'mine',
  };
  expect(agent.say('unix:maria', hold).ok).toBe(true);
  agent.runForMs(5 * 60_000);
  expect(agent.effects()).toEqual([]);
});

test('does nothing while the kill switch is engaged, and acts once a person has released it', () => {
  const agent = startAgent();
  agent.runForMs(30_000);
  expect(agent.say('unix:maria', { type: 'pause', why: 'moving racks', now: true }).ok).toBe(true);
  agent.runForMs(5 * 60_000);
  expect(agent.effects()).toEqual([]);
  expect(agent.say('unix:maria', { type: 'resume', why: 'done' }).ok).toBe(true);
  agent.runForMs(2 * 60_000);
  expect(agent.effects()).toEqual(['instance.restart worker-3']);
});

test('takes up nothing when the STOP file that somebody touched is only removed, until a person resumes', () => {
  const agent = startAgent();
  const stopped = (why: string | null) => {
    agent.shell.push({ type: 'stop', why });
    agent.runForMs(500);
  };
  agent.runForMs(29_500);
  stopped('touched by hand');
  agent.runForMs(5 * 60_000);
  const engaged = agent.ofType('control').filter(({ event }) => event === 'stop-engaged');
  expect(engaged.map(({ why, person }) => [why, person])).toEqual([['touched by hand', null]]);
  expect(agent.effects()).toEqual([]);
  expect(agent.say('unix:maria', { type: 'resume', why: 'done' }).ok).toBe(true);
  agent.runForMs(2 * 60_000);
  expect(agent.effects()).toEqual(['instance.restart worker-3']);
  expect(agent.ofType('control').at(-1)).toMatchObject({ event: 'resumed', person: { id: 'unix:maria' } });
});

test('refuses a command that the role of the person does not cover', () => {
  const agent = startAgent();
  agent.runForMs(30_000);
  expect(agent.say('unix:eve', { type: 'pause', why: 'fun', now: false })).toMatchObject({
    code: 'COMMAND_NOT_ALLOWED',
  });
});

test('raises no incident and takes no action where nothing is wrong', () => {
  const agent = startAgent({ faults: '[]' });
  agent.runForMs(15 * 60_000);
  expect(agent.effects()).toEqual([]);
  expect(agent.ofType('incident')).toEqual([]);
});

test('gives the same records and the same state for the same seed', () => {
  const [one, two] = [startAgent(), startAgent()];
  for (const agent of [one, two]) agent.runForMs(5 * 60_000);
  expect(two.records).toEqual(one.records);
  expect(two.world.stateHash()).toBe(one.world.stateHash());
});

test('answers everybody who sent the same command, and carries it out once', () => {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(3 * 60_000);
  const { id: decisionId, planHash } = agent.ofType('approval')[0]!;
  const command = { type: 'answer' as const, decisionId, planHash, answer: 'approve' as const, reason: null };
  const answers: boolean[] = [];
  const request = { idempotencyKey: 'click', person: { id: 'unix:maria', via: 'cli' as const }, command };
  for (const _ of [1, 2]) agent.shell.submit(request, (result) => answers.push(result.ok));
  agent.runForMs(2 * 60_000);
  expect(answers).toEqual([true, true]);
  expect(agent.effects()).toEqual(['instance.restart worker-3']);
});

test('leaves an instance that a person stopped as it is, long after they did it', () => {
  const agent = startAgent({
    faults: '[{ at: 2m, kind: human-action, target: worker-3, action: instance.stop, by: maria }]',
  });
  agent.runForMs(45 * 60_000);
  expect(agent.ofType('diagnosis').at(-1)?.causes[0]?.kind).toBe('human-action');
  expect(agent.world.truth.actions.filter(({ byPerson }) => !byPerson)).toEqual([]);
});

test('makes no plan for an incident while a person silences it, and plans again after that', () => {
  const agent = startAgent({ restart: 'ask' });
  agent.runForMs(3 * 60_000);
  const [incident] = agent.ofType('incident');
  const silence = { type: 'silence' as const, incidentId: incident!.id, forMs: 10 * 60_000, why: 'known' };
  expect(agent.say('unix:maria', silence).ok).toBe(true);
  expect(agent.ofType('approval').at(-1)?.state).toBe('superseded');
  const planned = agent.ofType('plan').length;
  agent.runForMs(9 * 60_000);
  expect(agent.ofType('plan')).toHaveLength(planned);
  agent.runForMs(2 * 60_000);
  expect(agent.ofType('plan')).toHaveLength(planned + 1);
  expect(agent.effects()).toEqual([]);
});
