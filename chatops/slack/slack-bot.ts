import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type BlockAction, type ButtonAction, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { SlackConfig } from '../../agent/config.ts';
import type { Clock, Timer } from '../../agent/ports.ts';
import type { AgentFace } from '../../agent/views/face.ts';
import { Bot } from '../bot.ts';
import type { Place } from '../port.ts';
import { ChatStore } from '../store.ts';
import { actionPrefix, formCallback } from './render.ts';
import { slackPort } from './slack-port.ts';

export interface SlackBotOptions {
  readonly config: SlackConfig;
  readonly clusterId: string;
  readonly stateDir: string;
  readonly face: AgentFace;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Ids of the user groups that the policy names now. */
  readonly userGroups: () => readonly string[];
  readonly onProblem: (problem: string) => void;
}

export interface SlackBot {
  /** When everything that came has been dealt with and all that is due has been sent. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Bytes of randomness in a token; 22 characters of base64url. */
const tokenBytes = 16;

/**
 * Connects the bot to Slack through Bolt in Socket Mode, which needs no inbound port. Every request is acknowledged
 * before anything else is done: Slack waits three seconds.
 * @throws where a token file cannot be read or Slack refuses the tokens
 */
export async function startSlackBot(options: SlackBotOptions): Promise<SlackBot> {
  const { config, clusterId, stateDir, face, clock, timer, userGroups, onProblem } = options;
  const clientOptions = { slackApiUrl: config.slackApiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
  const appToken = readFileSync(config.appTokenFile, 'utf8').trim();
  const logLevel = LogLevel.ERROR;
  const { slackApiUrl } = config;
  const receiver = new SocketModeReceiver({ appToken, logLevel, installerOptions: { clientOptions: { slackApiUrl } } });
  const app = new App({ token: readFileSync(config.botTokenFile, 'utf8').trim(), receiver, clientOptions, logLevel });
  const store = new ChatStore(join(stateDir, 'slack.db'));
  const bot = new Bot({
    platform: 'slack',
    face,
    port: slackPort(app.client, config.channel, onProblem),
    store,
    clock,
    timer,
    clusterId,
    writeChannels: new Set([config.channel, ...config.writeChannels]),
    userGroups,
    newToken: () => randomBytes(tokenBytes).toString('base64url'),
    onProblem,
  });
  const works = new Works(onProblem);
  listen(app, bot, works, { channel: config.channel, threadId: null }, clock);
  await app.start();
  bot.start();
  return {
    async idle() {
      await works.idle();
      await bot.idle();
    },
    async stop() {
      // The receiver's own stop does not wait for the connection to end.
      await receiver.client.disconnect();
      await works.idle();
      await bot.stop();
      store.close();
    },
  };
}

/** What is being done for people at this moment; a failure is reported, never lost. */
class Works {
  readonly #running = new Set<Promise<void>>();
  readonly #onProblem: (problem: string) => void;

  constructor(onProblem: (problem: string) => void) {
    this.#onProblem = onProblem;
  }

  add(work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => this.#onProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => this.#running.delete(guarded));
    this.#running.add(guarded);
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

function listen(app: App, bot: Bot, works: Works, home: Place, clock: Clock): void {
  app.action<BlockAction<ButtonAction>>(ownButton, async ({ ack, body, action }) => {
    await ack();
    const place = { channel: body.channel?.id ?? '', threadId: threadOf(body.message) };
    const click = { userId: body.user.id, place, atMs: msOf(action.action_ts) };
    works.add(bot.click({ ...click, token: action.value ?? '', triggerId: body.trigger_id }));
  });
  app.view(formCallback, async ({ ack, body, view }) => {
    const number = view.state.values.number?.number?.value ?? '';
    const token = view.private_metadata;
    const problem = bot.checkForm({ token, number });
    if (problem !== null) {
      await ack({ response_action: 'errors', errors: { number: problem } });
      return;
    }
    await ack();
    const note = view.state.values.note?.note?.value ?? null;
    // A submission says neither place nor time; the form was opened by a click that was checked for both.
    works.add(bot.submitForm({ userId: body.user.id, place: home, atMs: clock.nowMs(), token, number, note }));
  });
  // Bolt acknowledges events before it calls this.
  app.event('app_mention', async ({ event }) => {
    const place = { channel: event.channel, threadId: event.thread_ts ?? event.ts };
    // Programs say nothing to the agent: a loop of two of them would have no end, and no person answers for it.
    if (event.bot_id !== undefined || event.user === undefined) return;
    works.add(bot.said({ userId: event.user, place, atMs: msOf(event.event_ts) }, event.text, event.event_ts));
  });
}

const ownButton = new RegExp(`^${actionPrefix.replace('.', '\\.')}`);

/** Slack writes times as seconds with six decimals: `1767225600.000100`. */
function msOf(ts: string): number {
  return Number(ts) * 1_000;
}

function threadOf(message: Readonly<Record<string, unknown>> | undefined): string | null {
  return typeof message?.thread_ts === 'string' ? message.thread_ts : null;
}
