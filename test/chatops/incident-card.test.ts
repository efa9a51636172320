import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyRecord, createKnowledge, type Knowledge } from '../../agent/knowledge/knowledge.ts';
import { incidentCard } from '../../chatops/incident-card.ts';
import { plainText } from '../../chatops/message.ts';
import { renderForm, renderMessage } from '../../chatops/slack/render.ts';
import type { Approval, ApprovalState } from '../../model/approval.ts';
import type { Incident } from '../../model/incident.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import type { AgentRecord } from '../../model/record.ts';
import { faultOf } from '../fixtures/slack/rules.ts';
import { type Chat, maria, startChat } from './fixture.ts';

/** Everything that one approved restart left in the journal. */
let records: AgentRecord[] = [];
let chat: Chat;

beforeAll(async () => {
  chat = await startChat();
  await chat.startBot();
  await chat.untilAsked();
  await chat.answer('approve', chat.waiting(), maria);
  await chat.runForMs(300_000);
  records = chat.parts.rows.map(({ record }) => record);
}, 60_000);

afterAll(() => chat.stop());

/** What is known after the first record that fits, and whatever is added. */
function knownUntil(isLast: (record: AgentRecord) => boolean, ...added: AgentRecord[]): Knowledge {
  const knowledge = createKnowledge();
  for (const record of [...records.slice(0, records.findIndex(isLast) + 1), ...added]) applyRecord(knowledge, record);
  return knowledge;
}

const isQuestion = (record: AgentRecord) => record.type === 'approval' && record.state === 'requested';
const isOutcome = (record: AgentRecord) => record.type === 'outcome';
const isAnswered = (record: AgentRecord) => record.type === 'action' && record.state === 'answered';
const isAction = (record: AgentRecord) => record.type === 'action';

const question = () => records.find(isQuestion) as Approval;
const ended = (state: ApprovalState, why: string) => () => knownUntil(isQuestion, { ...question(), state, why });
const outcome = (part: Partial<Outcome>) => () =>
  knownUntil(isAnswered, { ...(records.find(isOutcome) as Outcome), ...part });

const states: Readonly<Record<string, () => Knowledge>> = {
  waiting: () => knownUntil(isQuestion),
  approved: () => knownUntil((record) => record.type === 'approval' && record.state === 'approved'),
  acting: () => knownUntil(isAction),
  verifying: () => knownUntil(isAnswered),
  succeeded: () => knownUntil(isOutcome),
  failed: outcome({ result: 'failed', why: 'worker-3 is not ready after 2 min' }),
  inconclusive: outcome({ result: 'inconclusive', why: 'nothing was measured' }),
  undone: outcome({ result: 'failed', undone: 'undone', why: 'it made things worse' }),
  rejected: () => {
    const answer = {
      person: { id: 'slack:U0IVO', via: 'slack' },
      answer: 'deny',
      atMs: question().atMs,
      reason: 'deploy first',
    } as const;
    return knownUntil(isQuestion, { ...question(), state: 'rejected', answers: [answer] });
  },
  expired: ended('expired', 'nobody answered in time'),
  withdrawn: ended('withdrawn', 'the plan no longer fits the cluster'),
  revoked: ended('revoked', 'revoked by slack:U0LENA'),
  superseded: ended('superseded', 'D-2 took its place'),
};

const tokenOf = ({ verb }: { verb: string }) => `token-of-${verb}`;

test.for(Object.keys(states))('the message of a question that is %s reads as agreed', async (state) => {
  const drawn = incidentCard(states[state]!(), question().incidentId, 'stream-small', tokenOf)!;
  const slack = renderMessage(drawn.message);
  expect(faultOf('chat.postMessage', { channel: 'C0OPS', ...slack })).toBeNull();
  await expect(`${plainText(drawn.message)}\n`).toMatchFileSnapshot(`golden/${state}.txt`);
  await expect(`${JSON.stringify(slack.blocks, null, 2)}\n`).toMatchFileSnapshot(`golden/${state}.json`);
});

test('only a question that waits has buttons to answer it', () => {
  for (const [state, known] of Object.entries(states)) {
    const { message } = incidentCard(known(), question().incidentId, 'stream-small', tokenOf)!;
    expect(message.buttons.some(({ verb }) => verb === 'approve' || verb === 'deny')).toBe(state === 'waiting');
  }
});

test('hostile texts stay within the limits of Slack and mention nobody', () => {
  const hostile = '<!channel> <@U0MARIA> slack:U0MARIA *bold* \u202e\u0007 & '.repeat(200);
  const incident = {
    ...(records.findLast((one) => one.type === 'incident' && one.id === question().incidentId) as Incident),
  };
  const plan = records.find((record) => record.type === 'plan') as Plan;
  const knowledge = knownUntil(
    isQuestion,
    { ...incident, title: hostile, resolvedAtMs: null },
    { ...plan, playbook: hostile },
  );
  const why = { ...question(), state: 'withdrawn' as const, why: hostile };
  applyRecord(knowledge, why);
  const drawn = incidentCard(knowledge, incident.id, hostile, tokenOf)!;
  const slack = renderMessage(drawn.message);

  expect(faultOf('chat.postMessage', { channel: 'C0OPS', ...slack })).toBeNull();
  expect(slack.text).not.toMatch(/[<>]/);
  expect(JSON.stringify(slack.blocks)).not.toMatch(/"type":"(mrkdwn|user|link|broadcast)"/);
  expect(JSON.stringify(slack)).not.toMatch(/\u202e|\\u0007/);
});

test('the form carries its token and nothing else', () => {
  const form = renderForm({
    token: 'token-of-approve',
    title: `Approve INC-0001 ${'x'.repeat(40)}`,
    submitLabel: 'Approve',
    facts: [{ label: 'Plan', value: ['restart'] }],
    inputs: [{ id: 'number', label: 'Type 0001', optional: false }],
  });
  expect(faultOf('views.open', { trigger_id: 't', view: form })).toBeNull();
  expect(form.private_metadata).toBe('token-of-approve');
});
