import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  type BlockAction,
  type ButtonAction,
  HTTPReceiver,
  LogLevel,
  type Receiver,
  SocketModeReceiver,
  webApi,
} from '@slack/bolt';
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
 * Connects the bot to Slack through Bolt, in Socket Mode or over HTTP. Every request is acknowledged before anything
 * else is done: Slack waits three seconds.
 * @throws where a token file cannot be read or Slack refuses the tokens
 */
export async function startSlackBot(options: SlackBotOptions): Promise<SlackBot> {
  const { config, stateDir, clock, onProblem } = options;
  const { slackApiUrl, channel } = config;
  const botToken = readSecret(config.botTokenFile);
  const client = new webApi.WebClient(botToken, {
    slackApiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const { bot_id: botId = '', user_id: botUserId = '' } = await client.auth.test();
  const { receiver, stop } = receiverOf(config);
  // Were Bolt to look the token up, a refusal would be a rejection that nobody handles, and end the whole process.
  const app = new App({ authorize: async () => ({ botToken, botId, botUserId }), receiver, logLevel });
  const store = new ChatStore(join(stateDir, 'slack.db'));
  const bot = new Bot({
    ...options,
    platform: 'slack',
    port: slackPort(client, channel, onProblem),
    store,
    writeChannels: new Set([channel, ...config.writeChannels]),
    newToken: () => randomBytes(tokenBytes).toString('base64url'),
  });
  const works = new Works(onProblem);
  refuseReplays(app, store);
  listen(app, bot, works, { channel, threadId: null }, clock);
  const end = async () => {
    await stop();
    await works.idle();
    await bot.stop();
    store.close();
  };
  try {
    await app.start();
  } catch (error) {
    store.close();
    throw error;
  }
  bot.start();
  return {
    async idle() {
      await works.idle();
      await bot.idle();
    },
    stop: end,
  };
}

const logLevel = LogLevel.ERROR;

function readSecret(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

/** How Slack reaches the bot: over a socket that the bot opens, or at a port where every request is signed. */
function receiverOf({ appTokenFile, http, slackApiUrl }: SlackConfig): {
  receiver: Receiver;
  stop(): Promise<unknown>;
} {
  if (http !== null) {
    const signingSecret = readSecret(http.signingSecretFile);
    const receiver = new HTTPReceiver({
      signingSecret,
      port: http.port,
      endpoints: '/slack/events',
      logLevel,
      customPropertiesExtractor: ({ headers }) => ({ [signatureKey]: headers['x-slack-signature'] }),
    });
    return { receiver, stop: () => receiver.stop() };
  }
  const appToken = readSecret(appTokenFile ?? '');
  const receiver = new SocketModeReceiver({ appToken, logLevel, installerOptions: { clientOptions: { slackApiUrl } } });
  // The receiver's own stop does not wait for the connection to end.
  return { receiver, stop: () => receiver.client.disconnect() };
}

/** Where the context of a request carries its signature; a socket has none, it is proven as a whole. */
const signatureKey = 'homeostatSignature';

/**
 * Takes each signature once. Bolt has refused by then what is not signed or older than 300 s by this machine's clock
 * (https://docs.slack.dev/authentication/verifying-requests-from-slack), so older ones need not be kept.
 */
function refuseReplays(app: App, store: ChatStore): void {
  app.use(async (args) => {
    const signature: unknown = args.context[signatureKey];
    const nowMs = Date.now();
    if (typeof signature !== 'string' || store.isFirstUse(signature, nowMs, nowMs - 2 * signatureMaxAgeMs)) {
      await args.next();
    } else if ('ack' in args && args.ack !== undefined) {
      await (args.ack as () => Promise<void>)();
    }
  });
}

const signatureMaxAgeMs = 300_000;

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
