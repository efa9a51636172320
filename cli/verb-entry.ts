import type { Verb } from './io.ts';

/** One verb of the command line. The program, its help and the reference are all made from this table. */
export interface VerbEntry {
  /** `policy lint` is the verb `lint` of the noun `policy`. */
  readonly name: string;
  /** In commander's form: `<id>` is required, `[id]` optional, `<path...>` takes several. */
  readonly args: string;
  readonly summary: string;
  /** Flags and what they mean. A value in flags as `<value>` makes the option take one. */
  readonly options: readonly (readonly [flags: string, means: string])[];
  readonly example: string;
  /** Loads the verb alone, so that starting stays fast. */
  readonly load: () => Promise<Verb>;
}

/** The option that every command to a running agent takes. */
export const why = ['--why <text>', 'the reason, kept in the journal'] as const;
