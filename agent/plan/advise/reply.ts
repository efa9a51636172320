import { z } from 'zod';
import type { AskedQuestion } from './question.ts';

/** Longest explanation that is kept, in characters. */
const explanationMax = 600;
/** A longer reply is not even parsed: 16 KiB is many times what a good one needs. */
export const replyMax = 16 * 1024;

/** The JSON Schema of the only acceptable reply: every choice is one of the handles that were shown. */
export function replySchema(asked: AskedQuestion<unknown>): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['plan', 'causes', 'explanation'],
    properties: {
      plan: { enum: [...asked.plans.keys(), 'none'] },
      causes: { type: 'array', items: { enum: [...asked.causeIds] }, maxItems: asked.causeIds.length },
      explanation: { type: 'string', maxLength: explanationMax },
    },
  };
}

export interface ValidReply<Choice> {
  /** Null where the adviser prefers none. */
  readonly plan: Choice | null;
  /** Handles of the causes in the adviser's order, each once. */
  readonly causes: readonly string[];
  readonly explanation: string;
}

export type CheckedReply<Choice> =
  | { readonly ok: true; readonly reply: ValidReply<Choice> }
  | { readonly ok: false; readonly why: string };

/** Checks a reply against what was asked. Whatever is not exactly as wanted is refused whole. */
export function checkReply<Choice>(text: string, asked: AskedQuestion<Choice>): CheckedReply<Choice> {
  if (text.length > replyMax) return { ok: false, why: `${text.length} characters, more than ${replyMax}` };
  const value = parseJson(text);
  if (value === undefined) return { ok: false, why: 'not JSON' };
  const parsed = shapeOf(asked).safeParse(value);
  if (!parsed.success) return { ok: false, why: parsed.error.issues.map(issueText).join('; ').slice(0, 300) };
  const { plan, causes, explanation } = parsed.data;
  if (new Set(causes).size !== causes.length) return { ok: false, why: 'names a cause twice' };
  return {
    ok: true,
    reply: { plan: plan === 'none' ? null : asked.plans.get(plan)!, causes, explanation: plainText(explanation) },
  };
}

function shapeOf(asked: AskedQuestion<unknown>) {
  return z.strictObject({
    plan: z.enum([...asked.plans.keys(), 'none']),
    causes: z.array(z.enum([...asked.causeIds])).max(asked.causeIds.length),
    explanation: z.string().max(explanationMax),
  });
}

function issueText(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.') || 'reply'}: ${issue.message}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/^```(?:json)?\s*|\s*```$/g, ''));
  } catch {
    return undefined;
  }
}

/** Prose of a model is shown to people: no control or direction marks, no link that could be followed. */
function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[link]')
    .trim();
}
