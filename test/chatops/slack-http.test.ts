import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { keepSlackBot } from '../../chatops/slack/keep-slack-bot.ts';
import { buttonOf } from '../fixtures/slack/fake-slack.ts';
import { type Chat, maria, signingSecret, startChat } from './fixture.ts';

let chat: Chat | null = null;

afterEach(async () => {
  await chat?.stop();
  chat = null;
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function askedOverHttp(): Promise<Chat> {
  chat = await startChat();
  chat.httpPort = await freePort();
  await chat.startBot();
  await chat.untilAsked();
  return chat;
}

/** Signs as Slack does: HMAC-SHA256 over `v0:time:body`. */
function signed(body: string, atMs: number, secret = signingSecret): RequestInit {
  const time = String(Math.floor(atMs / 1_000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${time}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': time,
    'x-slack-signature': signature,
  };
  return { method: 'POST', headers, body };
}

function clickBody(on: Chat): string {
  const card = on.waiting();
  const { action_id, value, type } = buttonOf(card, 'approve')!;
  const payload = {
    type: 'block_actions',
    user: maria,
    team: { id: 'T0', domain: 'test' },
    api_app_id: 'A0',
    trigger_id: 'trigger-http',
    channel: { id: card.channel, name: 'ops' },
    message: { ts: card.ts },
    actions: [{ action_id, value, type, block_id: 'b', action_ts: String(on.nowMs / 1_000) }],
  };
  return `payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

async function send(on: Chat, request: RequestInit): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${on.httpPort}/slack/events`, request);
  await response.text();
  await on.settled();
  return response.status;
}

test('a signed click over HTTP opens the form once, however often it is sent again', async () => {
  const on = await askedOverHttp();
  const request = signed(clickBody(on), Date.now());
  expect(await send(on, request)).toBe(200);
  expect(await send(on, request)).toBe(200);
  expect(on.slack.views).toHaveLength(1);
});

test('a signature of more than five minutes ago, or with another secret, is refused', async () => {
  const on = await askedOverHttp();
  expect(await send(on, signed(clickBody(on), Date.now() - 301_000))).toBe(401);
  expect(await send(on, signed(clickBody(on), Date.now(), 'another'))).toBe(401);
  expect(on.slack.views).toEqual([]);
});

test('a token that Slack refuses is a problem that is told, and the start is tried again', async () => {
  chat = await startChat();
  const { problems, tries } = await chat.startWithWrongToken(keepSlackBot);
  expect(problems[0]).toContain('the bot did not start');
  expect(tries).toBe(2);
});
