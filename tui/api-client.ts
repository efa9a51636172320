import { randomUUID } from 'node:crypto';
import type { Command, CommandResult } from '../agent/commands.ts';

/** Longest wait for an answer of the daemon, ms. */
const answerTimeoutMs = 10_000;

export interface ApiPlace {
  /** Base address of the daemon; read anew on every attempt. */
  readonly address: () => string;
  /** null where only reads from this machine are meant. */
  readonly token: () => string | null;
}

/** A read; null where the daemon has nothing to show yet. @throws Error where it does not answer */
export async function readApi(place: ApiPlace, path: string): Promise<unknown> {
  const response = await fetch(place.address() + path, {
    headers: headersOf(place),
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  if (response.status === 503) return null;
  if (!response.ok) throw new Error(`the daemon answered ${response.status} to ${path}`);
  return response.json();
}

/** The event stream after a journal row. @throws Error where it does not open */
export async function openEvents(
  place: ApiPlace,
  lastSeq: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(`${place.address()}/v1/events`, {
    headers: { ...headersOf(place), accept: 'text/event-stream', 'last-event-id': String(lastSeq) },
    signal,
  });
  if (!response.ok || response.body === null) throw new Error(`the daemon answered ${response.status} to /v1/events`);
  return response.body;
}

/** Hands one command over, once; the key makes a repeated send harmless. */
export async function sendCommand(place: ApiPlace, command: Command): Promise<CommandResult> {
  const sent = requestOf(command);
  if (sent === null) return refused('COMMAND_UNKNOWN', `this screen does not send ${command.type}`, null);
  try {
    const response = await fetch(place.address() + sent.path, {
      method: 'POST',
      headers: {
        ...headersOf(place),
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        'homeostat-face': 'tui',
      },
      body: JSON.stringify(sent.body),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const body = (await response.json()) as { message?: string; code?: string; detail?: string; hint?: string };
    if (response.ok) return { ok: true, message: body.message ?? 'done' };
    return refused(body.code ?? 'FAILED', body.detail ?? `the daemon answered ${response.status}`, body.hint ?? null);
  } catch (error) {
    return refused(
      'DAEMON_NOT_REACHED',
      `not known to have arrived: ${reasonOf(error)}`,
      'look again before answering again',
    );
  }
}

function refused(code: string, message: string, hint: string | null): CommandResult {
  return { ok: false, code, message, hint };
}

function requestOf(command: Command): { readonly path: string; readonly body: object } | null {
  switch (command.type) {
    case 'answer': {
      const { answer, planHash, reason } = command;
      return { path: `/v1/approvals/${command.decisionId}/answer`, body: { answer, planHash, reason } };
    }
    case 'pause':
      return { path: '/v1/pause', body: { why: command.why, now: command.now } };
    case 'resume':
      return { path: '/v1/resume', body: { why: command.why } };
    case 'own':
      return { path: `/v1/incidents/${command.incidentId}/own`, body: {} };
    default:
      return null;
  }
}

function headersOf({ token }: ApiPlace): Record<string, string> {
  const secret = token();
  // A connection kept open would hold back a daemon that wants to stop, for as long as this screen asks again on it.
  return { connection: 'close', ...(secret === null ? {} : { authorization: `Bearer ${secret}` }) };
}

/** Why a request failed, in words; `fetch` keeps the reason of the system in its cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
