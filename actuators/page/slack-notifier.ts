import { readFileSync } from 'node:fs';
import type { Note, Notifier } from '../../agent/ports.ts';

/** How long Slack may take, ms. */
const timeoutMs = 5_000;

export interface SlackNotifierOptions {
  /** Base of the Web API, with its slash. */
  readonly slackApiUrl: string;
  /** File that holds the bot's token; read for each page, so that a rotated token is taken up. */
  readonly botTokenFile: string;
  /** Id of the channel that pages go to. */
  readonly channel: string;
}

/** Sends each note to a channel (`chat.postMessage`). It needs no running bot: a page must not wait for a socket. */
export function slackNotifier(options: SlackNotifierOptions): Notifier {
  return {
    name: 'slack',
    notify: (note, done) =>
      void post(options, note).then(
        (detail) => done(detail === null, detail ?? 'slack took it'),
        (error: Error) => done(false, `slack: ${error.message}`),
      ),
  };
}

/** @returns what Slack objects to, or null. Text from outside is escaped, and no link in it is unfurled. */
async function post({ slackApiUrl, botTokenFile, channel }: SlackNotifierOptions, note: Note): Promise<string | null> {
  const { severity, title, text, incidentId, decisionId } = note;
  const about = [incidentId, decisionId].filter((id) => id !== null).join(' ');
  const words = `SEV${severity} ${title}\n${text}${about === '' ? '' : `\n${about}`}`;
  const response = await fetch(new URL('chat.postMessage', slackApiUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${readFileSync(botTokenFile, 'utf8').trim()}` },
    body: new URLSearchParams({ channel, text: escaped(words), unfurl_links: 'false', unfurl_media: 'false' }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) return `slack answered ${response.status}`;
  const answer = (await response.json()) as { readonly ok?: boolean; readonly error?: string };
  return answer.ok === true ? null : `slack refused: ${answer.error ?? 'it did not say why'}`;
}

/** After https://api.slack.com/reference/surfaces/formatting: these three make mentions and links. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
