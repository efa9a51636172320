import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startHeartbeat } from '../../../actuators/page/heartbeat.ts';
import { slackNotifier } from '../../../actuators/page/slack-notifier.ts';
import { botToken, channel, FakeSlack } from '../../fixtures/slack/fake-slack.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function tokenFile(token: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'homeostat-page-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, `${token}\n`);
  return file;
}

async function slack() {
  const fake = await FakeSlack.start(() => 0);
  ends.push(() => fake.stop());
  return fake;
}

const note = {
  severity: 2,
  title: 'quorum <!channel> at risk',
  text: 'a & b',
  incidentId: 'INC-3',
  decisionId: 'D-7',
} as const;

function page(slackApiUrl: string, botTokenFile: string, to = channel): Promise<[boolean, string]> {
  const notifier = slackNotifier({ slackApiUrl, botTokenFile, channel: to });
  return new Promise((resolve) => notifier.notify(note, (...answer) => resolve(answer)));
}

test('a page is a message in the channel of Slack, and text from outside mentions nobody', async () => {
  const fake = await slack();
  expect(await page(fake.url, tokenFile(botToken))).toEqual([true, 'slack took it']);
  expect(fake.messages.map(({ channel, text }) => [channel, text])).toEqual([
    [channel, 'SEV2 quorum &lt;!channel&gt; at risk\na &amp; b\nINC-3 D-7'],
  ]);
});

test('a page that Slack refuses, or whose token cannot be read, is not delivered and says why', async () => {
  const fake = await slack();
  expect(await page(fake.url, tokenFile('xoxb-wrong'))).toEqual([false, 'slack refused: invalid_auth']);
  expect((await page(fake.url, '/nowhere/token'))[0]).toBe(false);
  expect((await page('http://127.0.0.1:9/', tokenFile(botToken)))[0]).toBe(false);
});

test('the heart beats at its pace, says nothing while the agent is unwell, and tells of a receiver that is gone', async () => {
  const got: unknown[] = [];
  let heard = () => {};
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    got.push(JSON.parse(text));
    response.writeHead(204).end();
    heard();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  let nowMs = 0;
  let due: { atMs: number; fire: () => void } | null = null;
  const timer = {
    setAt(atMs: number, fire: () => void) {
      due = { atMs, fire };
      return () => {
        due = null;
      };
    },
  };
  const beatOnce = () => {
    const { atMs, fire }: { atMs: number; fire: () => void } = due!;
    nowMs = atMs;
    fire();
  };
  let well = true;
  const shared = { everyMs: 30_000, clock: { nowMs: () => nowMs }, timer };
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const stop = startHeartbeat({ ...shared, url, beat: () => (well ? { atMs: nowMs } : null), onProblem: () => {} });
  await first;
  well = false;
  beatOnce();
  well = true;
  const second = new Promise<void>((resolve) => {
    heard = resolve;
  });
  beatOnce();
  await second;
  expect(got).toEqual([{ atMs: 0 }, { atMs: 60_000 }]);
  stop();
  expect(due).toBeNull();

  const problem = await new Promise<string>((resolve) => {
    ends.push(startHeartbeat({ ...shared, url: 'http://127.0.0.1:9/', beat: () => ({}), onProblem: resolve }));
  });
  expect(problem).toContain('heartbeat');
});
