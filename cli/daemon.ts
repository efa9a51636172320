import { randomUUID } from 'node:crypto';
import type { Config } from '../agent/config.ts';
import { apiAddress } from '../api/address.ts';
import { readTokens } from '../api/tokens.ts';
import type { Problem } from '../model/problem.ts';
import { CliError, exitCodes } from './io.ts';

/** Longest wait for an answer of the daemon on this machine, ms. */
const answerTimeoutMs = 10_000;

/** `null` means that no daemon answers there. */
export type DaemonAnswer = { readonly status: number; readonly body: unknown } | null;

/** A read of the daemon; null without a daemon, so that the caller may read the journal file itself. */
export function readDaemon(config: Config, path: string): Promise<DaemonAnswer> {
  return call(config, path, { method: 'GET', headers: authorization(config) });
}

/** A command to the daemon. The key makes a repeated send harmless. */
export async function commandDaemon(config: Config, path: string, body: object): Promise<DaemonAnswer> {
  return call(config, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      ...authorization(config),
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      'homeostat-face': 'cli',
    },
  });
}

async function call(config: Config, path: string, request: RequestInit): Promise<DaemonAnswer> {
  const url = apiAddress(config) + path;
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(answerTimeoutMs) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch (error) {
    if (isRefused(error)) return null;
    const reason = error instanceof SyntaxError ? 'something else answers there' : (error as Error).message;
    throw new CliError(exitCodes.failed, {
      code: 'DAEMON_NOT_REACHED',
      message: `${url}: ${reason}`,
      where: url,
      hint: 'homeostat doctor',
    });
  }
}

/** Refused at once means that nobody listens; anything slower may be a daemon in trouble and is told. */
function isRefused(error: unknown): boolean {
  const cause = (error as { readonly cause?: { readonly code?: string; readonly errors?: { code?: string }[] } }).cause;
  return cause?.code === 'ECONNREFUSED' || (cause?.errors?.every(({ code }) => code === 'ECONNREFUSED') ?? false);
}

/** The first token of the file; without one, reads from this machine still work. */
function authorization(config: Config): Record<string, string> {
  const known = readTokens(config.stateDir);
  if (known.ok) return { authorization: `Bearer ${known.tokens[0]!.secret}` };
  if (known.code === 'TOKENS_MISSING') return {};
  throw new CliError(exitCodes.notAuthorised, {
    code: known.code,
    message: known.message,
    where: config.stateDir,
    hint: null,
  });
}

/** The body of an answer that is good. @throws CliError with the exit code that the refusal means */
export function goodBody(answer: NonNullable<DaemonAnswer>): unknown {
  if (answer.status < 400) return answer.body;
  const problem = answer.body as Partial<{ code: string; detail: string; hint: string; errors: Problem[] }>;
  const told = {
    code: problem.code ?? 'FAILED',
    message: problem.detail ?? `the daemon answered ${answer.status}`,
    where: 'api',
    hint: problem.hint ?? null,
  };
  throw new CliError(exitCodeOf(answer.status), [told, ...(problem.errors ?? [])]);
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return exitCodes.notAuthorised;
  if (status === 404) return exitCodes.notFound;
  return status === 400 || status === 422 ? exitCodes.usage : exitCodes.failed;
}

/** A command that only a running daemon can take. */
export async function tellDaemon(config: Config, path: string, body: object): Promise<{ readonly message: string }> {
  const answer = await commandDaemon(config, path, body);
  if (answer === null) throw noDaemon(config);
  return goodBody(answer) as { readonly message: string };
}

export function noDaemon(config: Config): CliError {
  return new CliError(exitCodes.failed, {
    code: 'DAEMON_NOT_RUNNING',
    message: 'no daemon answers',
    where: apiAddress(config),
    hint: `start it: homeostat run --config ${config.file}`,
  });
}
