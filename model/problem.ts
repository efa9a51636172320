/** One mistake in a file or an input, told so that its author can mend it. Mistakes are collected: all are told at once. */
export interface Problem {
  /** Stable: `CONFIG_UNKNOWN_KEY`, `POLICY_SYNTAX`. */
  readonly code: string;
  readonly message: string;
  /** `file:line:col`, or the path of the field where there is no file. */
  readonly where: string;
  readonly hint: string | null;
}
