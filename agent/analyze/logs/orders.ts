import { actionCatalogue } from '../../../model/actions.ts';

/*
 * Programs tell what they did; they do not address whoever reads their log. The forms are those of published attacks on
 * readers of logs and tickets (Pasquini et al., "When AIOps Become AI Oops", arXiv 2508.06394, 2025; Greshake et al.,
 * "Not what you've signed up for", AISec 2023). A cleverer text passes as an ordinary line, which permits nothing either.
 */
const names = Object.keys(actionCatalogue).map((name) => name.replace('.', '\\.'));
const forms: readonly RegExp[] = [
  new RegExp(`(?<![\\w.])(?:${names.join('|')})(?![\\w.])`),
  /<\/?(?:log|system|assistant|user|tool|instructions?|prompt)>/i,
  /\b(?:ignore|disregard|forget|override)\b.{0,20}\b(?:previous|above|prior|earlier|all|your)\b.{0,20}\b(?:instructions?|rules|prompts?|polic(?:y|ies))\b/i,
  /\b(?:SYSTEM|ASSISTANT|OPERATOR)\s*:\s*\S/,
  /"(?:action|approvedBy|tool_calls?|decisionId)"\s*:/,
];

/** Whether a log line speaks to its reader: names an action of the catalogue, poses as a chat turn or claims an approval. */
export function readsAsOrder(text: string): boolean {
  return forms.some((form) => form.test(text));
}
