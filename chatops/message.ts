/*
 * What the bot says, free of any platform: each platform draws this tree in its own form, and every one can draw it as
 * plain text. Texts are literal; a renderer may never let them turn into mentions, links or markup.
 */

/** Words and the people among them, who are named by the id that the platform proved (`slack:U012AB`). */
export type Words = readonly (string | { readonly person: string })[];

export interface Fact {
  readonly label: string;
  readonly value: Words;
}

export type ButtonVerb = 'approve' | 'deny' | 'details' | 'own' | 'stop-after-step';

export interface Button {
  readonly verb: ButtonVerb;
  readonly label: string;
  readonly style: 'plain' | 'primary' | 'danger';
  /** Opaque; the store knows what it stands for. At most 40 bytes. */
  readonly token: string;
}

export interface Message {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Further lines, one paragraph each. */
  readonly lines: readonly string[];
  readonly buttons: readonly Button[];
}

/** A form that confirms one answer. */
export interface Form {
  readonly token: string;
  readonly title: string;
  readonly submitLabel: string;
  readonly facts: readonly Fact[];
  readonly inputs: readonly {
    readonly id: 'number' | 'note';
    readonly label: string;
    readonly optional: boolean;
  }[];
}

/** A message of nothing but lines. */
export function linesMessage(title: string, lines: readonly string[] = []): Message {
  return { title, facts: [], lines, buttons: [] };
}

/** The message as plain text: the fallback of every platform, and all that some of them can show. */
export function plainText(message: Message): string {
  const buttons = message.buttons.map((button) => `[ ${button.label} ]`).join(' ');
  const facts = message.facts.map(({ label, value }) => `${label.padEnd(8)} ${wordsText(value)}`);
  return [message.title, ...facts, ...message.lines, buttons].filter((line) => line !== '').join('\n');
}

function wordsText(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : `@${word.person}`)).join('');
}
