import { afterEach, expect, test } from 'vitest';
import type { IncidentId } from '../../model/entity.ts';
import { buttonOf, wordsOf } from '../fixtures/slack/fake-slack.ts';
import { type Chat, ivo, lena, maria, numberOf, outsider, type Setup, startChat } from './fixture.ts';

const running: Chat[] = [];

afterEach(async () => {
  for (const chat of running.splice(0)) await chat.stop();
});

async function asked(setup: Setup = {}, count = 1): Promise<Chat> {
  const chat = await startChat(setup);
  running.push(chat);
  await chat.startBot();
  await chat.untilAsked(count);
  return chat;
}

test('a person approves in Slack, the agent acts once and the same message tells how it ended', async () => {
  const chat = await asked();
  const card = chat.waiting();
  expect(wordsOf(card)).toContain('WAITING');

  await chat.slack.click(card, 'approve', maria);
  await chat.settled();
  expect(chat.effects()).toEqual([]);
  await chat.slack.submit(maria, { number: numberOf(card.text), note: 'go' });
  await chat.settled();
  await chat.runForMs(300_000);

  expect(chat.effects()).toEqual(['instance.restart worker-3']);
  expect(chat.cardsOf('worker-3')).toEqual([card]);
  expect(wordsOf(card)).toContain('SUCCEEDED');
  expect(wordsOf(card)).toContain('@U0MARIA');
  expect(buttonOf(card, 'approve')).toBeNull();
  expect(chat.problems).toEqual([]);
});

test('a click that comes after a restart of the bot finds its question', async () => {
  const chat = await asked();
  const card = chat.waiting();
  const said = chat.slack.messages.length;
  await chat.startBot();
  expect(chat.slack.messages).toHaveLength(said);

  await chat.answer('approve', card, maria);
  await chat.runForMs(300_000);

  expect(chat.effects()).toEqual(['instance.restart worker-3']);
  expect(wordsOf(card)).toContain('SUCCEEDED');
});

test('a form that was open during a restart can still be sent', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await chat.slack.click(card, 'approve', maria);
  await chat.settled();
  await chat.startBot();

  await chat.slack.submit(maria, { number: numberOf(card.text) });
  await chat.settled();
  await chat.runForMs(300_000);

  expect(chat.effects()).toEqual(['instance.restart worker-3']);
});

test('a double click and a form sent twice act once', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await Promise.all([chat.slack.click(card, 'approve', maria), chat.slack.click(card, 'approve', maria)]);
  await chat.settled();
  const send = () => chat.slack.submit(maria, { number: numberOf(card.text) });
  await Promise.all([send(), send()]);
  await chat.settled();
  await chat.runForMs(300_000);

  expect(chat.answers()).toEqual(['approve slack:U0MARIA']);
  expect(chat.effects()).toEqual(['instance.restart worker-3']);
});

test('of two approvers at once one is counted, and the other one is told', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await Promise.all([chat.slack.click(card, 'approve', maria), chat.slack.click(card, 'approve', ivo)]);
  await chat.settled();
  const number = numberOf(card.text);
  await Promise.all([chat.slack.submit(maria, { number }), chat.slack.submit(ivo, { number })]);
  await chat.settled();
  await chat.runForMs(300_000);

  expect(chat.answers()).toHaveLength(1);
  expect(chat.effects()).toEqual(['instance.restart worker-3']);
  const told = chat.answers()[0] === 'approve slack:U0MARIA' ? ivo.id : maria.id;
  expect(chat.slack.ephemerals).toEqual([
    { user: told, text: expect.stringContaining('the question is closed. Nothing happened') },
  ]);
});

test('where two people are needed the message names both', async () => {
  const chat = await asked({ need: 2 });
  const card = chat.waiting();
  await chat.answer('approve', card, maria);
  await chat.runForMs(6_000);
  expect(wordsOf(card)).toContain('1 of 2');
  expect(chat.effects()).toEqual([]);

  await chat.answer('approve', card, ivo);
  await chat.runForMs(300_000);
  expect(chat.effects()).toEqual(['instance.restart worker-3']);
  expect(wordsOf(card)).toContain('@U0IVO');
});

test('a click on a question that expired is answered, and nothing runs', async () => {
  const chat = await asked();
  const card = chat.waiting();
  const button = buttonOf(card, 'approve')!;
  await chat.runForMs(5 * 60_000);

  await chat.slack.clickValue(card, button, maria);
  await chat.settled();

  expect(chat.slack.ephemerals).toEqual([
    { user: maria.id, text: expect.stringMatching(/is (expired|superseded); nothing ran/) },
  ]);
  expect(chat.slack.views).toEqual([]);
  expect(chat.effects()).toEqual([]);
});

test('a button that nobody knows is answered with words, never with silence', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await chat.slack.clickValue(card, { ...buttonOf(card, 'approve'), value: 'forged-token' }, maria);
  await chat.settled();
  expect(chat.slack.ephemerals).toEqual([{ user: maria.id, text: 'This button has expired; nothing ran.' }]);
});

test('an outsider with the name of an approver is refused in private, and the name counts for nothing', async () => {
  const chat = await asked();
  await chat.answer('approve', chat.waiting(), outsider);

  expect(chat.answers()).toEqual([]);
  expect(chat.effects()).toEqual([]);
  expect(chat.slack.ephemerals).toEqual([
    { user: outsider.id, text: expect.stringContaining('You are not in oncall. Nothing happened') },
  ]);
});

test('a member of the user group may approve while Slack says so', async () => {
  const chat = await asked();
  await chat.answer('approve', chat.waiting(), lena);
  expect(chat.answers()).toEqual([]);

  chat.slack.groups.set('S0ONCALL', [lena.id]);
  await chat.slack.mention({ user: lena.id }, `approve ${numberOf(chat.waiting().text)}`);
  await chat.settled();
  expect(chat.answers()).toEqual(['approve slack:U0LENA']);
});

test('a user group that cannot be read lets nobody in', async () => {
  const chat = await asked();
  chat.slack.groups.delete('S0ONCALL');
  await chat.answer('approve', chat.waiting(), lena);
  expect(chat.answers()).toEqual([]);
  expect(chat.problems).toEqual(['usergroups.users.list S0ONCALL: no_such_subteam']);
});

test('the wrong number keeps the form open and asks again', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await chat.slack.click(card, 'approve', maria);
  await chat.settled();
  const answer = await chat.slack.submit(maria, { number: '9999' });
  await chat.settled();
  expect(answer).toEqual({ response_action: 'errors', errors: { number: `type ${numberOf(card.text)} to confirm` } });
  expect(chat.answers()).toEqual([]);
});

test('of three questions the answer counts for the one that was clicked', async () => {
  const faults =
    '[{ at: 2m, kind: instance-crash, target: worker-1 }, { at: 12m, kind: instance-crash, target: worker-2 }, { at: 22m, kind: instance-crash, target: worker-3 }]';
  const chat = await asked({ faults }, 1);
  const first = chat.waiting();
  const old = buttonOf(first, 'approve')!;
  await chat.runForMs(10 * 60_000);
  await chat.untilAsked();
  await chat.slack.clickValue(first, old, maria);
  await chat.settled();
  expect(chat.slack.views).toEqual([]);
  const target = /instance\.\w+ worker-\d/.exec(wordsOf(chat.waiting()))![0];

  await chat.answer('approve', chat.waiting(), maria);
  await chat.runForMs(60_000);
  expect(chat.effects()).toEqual([target]);
});

test('a message that was deleted is posted again, and its thread goes on under the new one', async () => {
  const chat = await asked();
  const card = chat.waiting();
  chat.slack.deleteMessage(card);
  await chat.slack.mention({ user: maria.id }, `approve ${numberOf(card.text)}`);
  await chat.settled();
  await chat.runForMs(300_000);

  const [again, ...more] = chat.cardsOf('worker-3');
  expect(more).toEqual([]);
  expect(again!.ts).not.toBe(card.ts);
  expect(wordsOf(again!)).toContain('SUCCEEDED');
  expect(
    chat.slack
      .thread(again!)
      .map(({ text }) => text)
      .join(),
  ).toContain('succeeded');
  // Nothing that was meant for a thread is left lying in the channel.
  expect(chat.slack.cards().every(({ text }) => text.includes('SEV'))).toBe(true);
});

test('a bot that was taken out of its channel says so, and catches up when it is let in again', async () => {
  const chat = await asked();
  const card = chat.waiting();
  chat.slack.joined.delete(card.channel);
  await chat.answer('approve', card, maria);
  await chat.runForMs(300_000);
  expect(chat.problems).toContain('not_in_channel');
  expect(chat.effects()).toEqual(['instance.restart worker-3']);

  chat.slack.joined.add(card.channel);
  await chat.runForMs(120_000);
  expect(wordsOf(card)).toContain('SUCCEEDED');
});

test('a click of more than five minutes ago is refused', async () => {
  const chat = await asked();
  await chat.slack.click(chat.waiting(), 'approve', maria, { atMs: chat.nowMs - 301_000 });
  await chat.slack.mention({ user: maria.id }, `approve ${numberOf(chat.waiting().text)}`, {
    atMs: chat.nowMs - 301_000,
  });
  await chat.settled();
  expect(chat.slack.views).toEqual([]);
  expect(chat.answers()).toEqual([]);
  expect(chat.slack.ephemerals.map(({ text }) => text)).toEqual(
    Array(2).fill('That was more than 5 minutes ago; nothing ran.'),
  );
});

test('what changes something is refused outside the listed channels; looking is not', async () => {
  const chat = await asked();
  await chat.slack.click(chat.waiting(), 'approve', maria, { channel: 'C0RANDOM' });
  await chat.slack.mention({ user: maria.id }, 'pause deploy', { channel: 'C0RANDOM' });
  await chat.slack.mention({ user: outsider.id }, 'status', { channel: 'C0RANDOM' });
  await chat.settled();
  expect(chat.slack.ephemerals.map(({ text }) => text)).toEqual(
    Array(2).fill('Nothing can be changed from this channel; nothing ran.'),
  );
  expect(chat.slack.messages.at(-1)!.text).toContain('1 waiting for people');
});

test('a program gets no answer and has no say', async () => {
  const chat = await asked();
  await chat.slack.mention({ user: maria.id, bot_id: 'B0OTHER' }, `approve ${numberOf(chat.waiting().text)}`);
  await chat.settled();
  expect(chat.answers()).toEqual([]);
});

test('after 429 nothing is sent before the time that Slack asked for, and nothing is lost', async () => {
  const chat = await asked();
  const card = chat.waiting();
  chat.slack.tooFast.set('chat.update', 1);
  await chat.slack.mention({ user: maria.id }, `deny ${numberOf(card.text)} deploy first`);
  await chat.settled();
  await chat.runForMs(6_000);
  const callsAt429 = chat.slack.calls.length;
  await chat.runForMs(18_000);
  expect(chat.slack.calls).toHaveLength(callsAt429);

  await chat.runForMs(12_000);
  expect(wordsOf(card)).toContain('REJECTED');
  expect(wordsOf(card)).toContain('"deploy first"');
});

test('one message is edited at most once in three seconds', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await chat.runForMs(3_000);
  const { edits } = card;
  await chat.slack.mention({ user: maria.id }, `own ${numberOf(card.text)}`);
  await chat.slack.mention({ user: ivo.id }, `own ${numberOf(card.text)}`);
  await chat.settled();
  expect(card.edits - edits).toBeLessThanOrEqual(1);
  // What the agent itself had to say may have been an edit just before: then each of the two owners waits once.
  await chat.runForMs(3_000);
  await chat.runForMs(3_000);
  expect(wordsOf(card)).toContain(`@${ivo.id}`);
});

test('a question that has ended leaves its message at once, whatever was written a moment ago', async () => {
  const chat = await asked();
  const card = chat.waiting();
  await chat.runForMs(3_000);
  await chat.slack.mention({ user: maria.id }, `own ${numberOf(card.text)}`);
  await chat.settled();
  expect(buttonOf(card, 'approve')).not.toBeNull();
  await chat.slack.mention({ user: ivo.id }, `deny ${numberOf(card.text)}`);
  await chat.settled();
  expect(buttonOf(card, 'approve')).toBeNull();
  expect(wordsOf(card)).toContain('REJECTED');
});

test('a typed rejection goes by the word that people use for it', async () => {
  const chat = await asked();
  await chat.slack.mention({ user: maria.id }, `reject ${numberOf(chat.waiting().text)} deploy first`);
  await chat.settled();
  expect(chat.answers()).toEqual(['deny slack:U0MARIA']);
});

test.each([
  { isSilenced: false, where: 'also in the channel' },
  { isSilenced: true, where: 'in its thread alone' },
])('an incident that grows says so $where (silenced: $isSilenced)', async ({ isSilenced }) => {
  const chat = await asked();
  const card = chat.waiting();
  const incidentId: IncidentId = `INC-${numberOf(card.text)}`;
  const { face, rows } = chat.parts;
  const silence = { type: 'silence', incidentId, forMs: 3_600_000, why: 'known' } as const;
  const person = { id: 'slack:U0MARIA', via: 'slack' } as const;
  if (isSilenced)
    expect(await face.submit({ idempotencyKey: 'k', person, command: silence })).toMatchObject({ ok: true });
  await chat.runForMs(6_000);
  expect(wordsOf(card).includes('Silenced')).toBe(isSilenced);

  const grown = { ...face.knowledge().incidents.get(incidentId)!, severity: 2, atMs: chat.nowMs } as const;
  const row = { ...rows.at(-1)!, seq: rows.length + 1, atMs: chat.nowMs, record: grown };
  rows.push(row);
  face.tell(row);
  await chat.settled();
  const said = chat.slack.thread(card).find(({ text }) => text.includes('is now severity 2'));
  expect(said?.broadcast).toBe(!isSilenced);
});

test('every call that was made keeps to the rules of Slack', async () => {
  const chat = await asked();
  await chat.slack.click(chat.waiting(), 'details', outsider);
  for (const verb of ['status', 'inc 1', 'why 1', 'forecast', 'impact worker-1', 'policy', 'report', 'help', 'hello']) {
    await chat.slack.mention({ user: outsider.id }, verb);
  }
  await chat.answer('deny', chat.waiting(), ivo);
  await chat.runForMs(30_000);
  expect(chat.slack.calls.filter(({ answer }) => answer.ok !== true)).toEqual([]);
});
