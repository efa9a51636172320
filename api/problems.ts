import type { Problem } from '../model/problem.ts';

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 503;

/** Ends a request with a problem document (RFC 9457). */
export class HttpProblem extends Error {
  readonly status: ProblemStatus;
  readonly code: string;
  readonly hint: string | null;
  readonly problems: readonly Problem[];

  constructor(
    status: ProblemStatus,
    code: string,
    message: string,
    more: { hint?: string; problems?: readonly Problem[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = more.hint ?? null;
    this.problems = more.problems ?? [];
  }
}

const titles: Readonly<Record<ProblemStatus, string>> = {
  400: 'Not readable',
  401: 'Not authenticated',
  403: 'Not authorised',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Refused',
  413: 'Too large',
  415: 'Media type not supported',
  422: 'Not valid',
  500: 'Failed',
  503: 'Not available',
};

/** The problem as an answer with media type `application/problem+json`. */
export function problemResponse(problem: HttpProblem): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="homeostat"';
  const body = {
    type: 'about:blank',
    title: titles[problem.status],
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    hint: problem.hint,
    ...(problem.problems.length > 0 ? { errors: problem.problems } : {}),
  };
  return new Response(JSON.stringify(body), { status: problem.status, headers });
}
