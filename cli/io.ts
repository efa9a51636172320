import type { Problem } from '../model/problem.ts';

/** What `homeostat` ends with; scripts rely on these numbers. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  notAuthorised: 4,
  denied: 5,
  waiting: 6,
  notSucceeded: 7,
  findings: 8,
  /** A campaign broke a safety law. */
  unsafe: 11,
  /** A campaign broke a liveness law and no safety law. */
  stuck: 12,
  interrupted: 130,
} as const;

/** The world of one command: where it writes, what it was told, and where it looks. */
export interface Io {
  /** Answers only; in JSON mode one document or JSON lines and nothing else. */
  readonly out: (text: string) => void;
  /** Progress and hints. */
  readonly log: (text: string) => void;
  /** Asks a person one line; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | null;
  readonly json: boolean;
  readonly color: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workDir: string;
  /** Of `--config`, null without it. */
  readonly configFile: string | null;
  readonly nowMs: () => number;
}

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** One verb: does its work and returns the exit code. */
export type Verb = (io: Io, args: readonly string[], options: Options) => Promise<number> | number;

/** Ends a verb with mistakes to tell. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly problems: readonly Problem[];

  constructor(exitCode: number, problems: Problem | readonly Problem[]) {
    const list = 'code' in problems ? [problems] : problems;
    super(list[0]?.message ?? 'failed');
    this.exitCode = exitCode;
    this.problems = list;
  }
}

export function usageError(where: string, message: string, hint: string | null = null): CliError {
  return new CliError(exitCodes.usage, { code: 'USAGE', message, where, hint });
}

export function notFoundError(where: string, message: string, hint: string | null = null): CliError {
  return new CliError(exitCodes.notFound, { code: 'NOT_FOUND', message, where, hint });
}

/** Prints data for programs, or the text that `render` makes of it for people. */
export function print<Data>(io: Io, data: Data, render: (data: Data) => string): void {
  io.out(io.json ? JSON.stringify(data, null, 2) : render(data));
}

/** An option that must be there, as text. */
export function requiredOption(options: Options, name: string): string {
  const value = options[name];
  if (typeof value === 'string' && value !== '') return value;
  throw usageError(`--${name}`, `--${name} is missing`, `add --${name}`);
}

export function textOption(options: Options, name: string): string | null {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A whole number of an option, `fallback` without it. */
export function countOption(options: Options, name: string, fallback: number): number {
  const text = textOption(options, name);
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text)) throw usageError(`--${name}`, `"${text}" is not a whole number`);
  return Number(text);
}
