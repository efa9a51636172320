import { webApi } from '@slack/bolt';
import type { ChatPort, Delivery, Place } from '../port.ts';
import { renderForm, renderMessage } from './render.ts';

/** How long to wait after a refusal that only people can end, such as a bot that was taken out of its channel, ms. */
const refusedRetryMs = 60_000;
/** How long to wait after a call that failed on the way, ms. */
const failedRetryMs = 5_000;

/** Errors after which the message or its thread is no longer there. */
const goneErrors = new Set(['message_not_found', 'thread_not_found', 'cant_update_message']);

/** Slack's Web API as a chat port. The client must not retry by itself: the outbox does, and knows what is newer. */
export function slackPort(client: webApi.WebClient, channel: string, onProblem: (problem: string) => void): ChatPort {
  const quietly = async (what: string, call: Promise<unknown>): Promise<void> => {
    try {
      await call;
    } catch (error) {
      onProblem(`${what}: ${reasonOf(error)}`);
    }
  };
  const here = ({ channel: id, threadId }: Place) => ({
    channel: id,
    ...(threadId === null ? {} : { thread_ts: threadId }),
  });
  return {
    post: (message, { threadId, alsoInChannel }) => {
      const thread = threadId === null ? {} : { thread_ts: threadId, reply_broadcast: alsoInChannel };
      return delivered(client.chat.postMessage({ channel, ...renderMessage(message), ...thread, ...literal }));
    },
    edit: (ts, message) =>
      delivered(client.chat.update({ channel, ts, ...renderMessage(message) }).then(() => ({ ts }))),
    remove: (ts) => quietly('chat.delete', client.chat.delete({ channel, ts })),
    reply: (place, message) =>
      quietly('reply', client.chat.postMessage({ ...here(place), ...renderMessage(message), ...literal })),
    tell: (place, user, message) =>
      quietly('private answer', client.chat.postEphemeral({ ...here(place), user, ...renderMessage(message) })),
    openForm: (triggerId, form) =>
      quietly('views.open', client.views.open({ trigger_id: triggerId, view: renderForm(form) })),
    async membersOf(usergroup) {
      try {
        const { users = [] } = await client.usergroups.users.list({ usergroup });
        return new Set(users);
      } catch (error) {
        onProblem(`usergroups.users.list ${usergroup}: ${reasonOf(error)}`);
        return null;
      }
    },
  };
}

/** No link previews: what telemetry names must not make Slack fetch anything. */
const literal = { unfurl_links: false, unfurl_media: false };

interface Posted {
  readonly ts?: string;
  readonly message?: { readonly thread_ts?: string };
}

async function delivered(call: Promise<Posted>): Promise<Delivery> {
  try {
    const { ts, message } = await call;
    return { ok: true, messageId: ts ?? '', threadId: message?.thread_ts ?? null };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Delivery {
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return { ok: false, code: 'busy', retryAfterMs: error.retryAfter * 1_000, detail: 'rate limited' };
  }
  if (!(error instanceof webApi.WebAPIPlatformError)) {
    return { ok: false, code: 'refused', retryAfterMs: failedRetryMs, detail: reasonOf(error) };
  }
  const code = goneErrors.has(error.data.error) ? 'gone' : 'refused';
  return { ok: false, code, retryAfterMs: refusedRetryMs, detail: reasonOf(error) };
}

/** Slack's error code; its message may carry the request, and with it a token. */
function reasonOf(error: unknown): string {
  if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
  return error instanceof Error ? error.name : 'unknown';
}
