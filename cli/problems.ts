import { escapeText } from '../agent/views/text.ts';
import type { Problem } from '../model/problem.ts';
import type { Io } from './io.ts';

/** Tells mistakes: to programs as one JSON document, to people one per line with its place and what to do. */
export function tellProblems(io: Io, problems: readonly Problem[]): void {
  if (io.json) {
    const errors = problems.length > 1 ? { errors: problems } : {};
    io.out(JSON.stringify({ error: problems[0], ...errors }, null, 2));
    return;
  }
  for (const problem of problems) io.log(problemText(problem));
}

function problemText({ code, message, where, hint }: Problem): string {
  const advice = hint === null ? '' : `\n  hint: ${escapeText(hint)}`;
  return `${escapeText(where)}: ${escapeText(message)} [${code}]${advice}`;
}
