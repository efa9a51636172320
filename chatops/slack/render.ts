import type { types } from '@slack/bolt';
import { type Fact, type Form, type Message, plainText, type Words } from '../message.ts';

/*
 * Block Kit. Texts go into `plain_text` and `rich_text`, which Slack shows literally: no telemetry, name or log line can
 * turn into a mention, a link or markup. Limits: https://docs.slack.dev/reference/block-kit/blocks
 */

/** Of a header block, by Slack. */
const titleMax = 150;
/** Ours, so that a message of the most facts stays under 6,000 characters. */
const valueMax = 300;
const factsMax = 16;
const linesMax = 12;
const fallbackMax = 3_000;
/** Of a modal's title, by Slack. */
const modalTitleMax = 24;

/** How the bot names its buttons to Slack, so that it knows its own. */
export const actionPrefix = 'homeostat.';
export const formCallback = 'homeostat-answer';

export interface SlackMessage {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

/** A message as at most four blocks, with its plain text for notifications and screen readers. */
export function renderMessage(message: Message): SlackMessage {
  const header: types.HeaderBlock = { type: 'header', text: plain(message.title, titleMax) };
  const blocks: types.KnownBlock[] = [header];
  if (message.facts.length > 0) blocks.push(factsBlock(message.facts));
  if (message.lines.length > 0) blocks.push(linesBlock(message.lines.slice(0, linesMax)));
  if (message.buttons.length > 0) blocks.push(buttonsBlock(message));
  return { text: escapeMarkup(clip(plainText(message), fallbackMax)), blocks };
}

/** The form as a modal. Its private metadata is the token alone. */
export function renderForm(form: Form): types.ModalView {
  const inputs = form.inputs.map(
    ({ id, label, optional }): types.InputBlock => ({
      type: 'input',
      block_id: id,
      label: plain(label, titleMax),
      optional,
      element: { type: 'plain_text_input', action_id: id, max_length: 200 },
    }),
  );
  return {
    type: 'modal',
    callback_id: formCallback,
    private_metadata: form.token,
    title: plain(form.title, modalTitleMax),
    submit: plain(form.submitLabel, modalTitleMax),
    close: plain('Not now', modalTitleMax),
    blocks: [factsBlock(form.facts), ...inputs],
  };
}

function factsBlock(facts: readonly Fact[]): types.RichTextBlock {
  return {
    type: 'rich_text',
    elements: facts.slice(0, factsMax).map(({ label, value }) => ({
      type: 'rich_text_section',
      elements: [{ type: 'text', text: `${label}  `, style: { bold: true } }, ...wordElements(value), newline],
    })),
  };
}

const newline = { type: 'text' as const, text: '\n' };

function linesBlock(lines: readonly string[]): types.RichTextBlock {
  return {
    type: 'rich_text',
    elements: lines.map((line) => ({
      type: 'rich_text_section',
      elements: [{ type: 'text', text: `${clip(line, valueMax)}\n` }],
    })),
  };
}

type Element = { type: 'text'; text: string } | { type: 'user'; user_id: string };

/** People of Slack become mentions by their id; people of other faces keep their id as text. */
function wordElements(words: Words): Element[] {
  let left = valueMax;
  return words.flatMap((word): Element[] => {
    const text = clip(typeof word === 'string' ? word : word.person, left);
    left -= text.length;
    const userId = typeof word === 'string' ? undefined : /^slack:([UW][A-Z0-9]+)$/.exec(word.person)?.[1];
    if (userId !== undefined) return [{ type: 'user', user_id: userId }];
    return text === '' ? [] : [{ type: 'text', text }];
  });
}

function buttonsBlock({ buttons }: Message): types.ActionsBlock {
  return {
    type: 'actions',
    elements: buttons.map(({ verb, label, style, token }) => ({
      type: 'button',
      action_id: `${actionPrefix}${verb}`,
      text: plain(label, 75),
      value: token,
      ...(style === 'plain' ? {} : { style }),
    })),
  };
}

function plain(text: string, lengthMax: number) {
  return { type: 'plain_text' as const, text: clip(text, lengthMax), emoji: false };
}

function clip(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, Math.max(0, lengthMax - 1))}…`;
}

/** The three characters that Slack's own markup is made of (https://docs.slack.dev/messaging/formatting-message-text). */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
