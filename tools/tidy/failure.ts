/** One broken rule: where, which, why the rule exists and what to do instead. */
export interface Failure {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly why: string;
  readonly instead: string;
}

export function formatFailure({ file, line, rule, why, instead }: Failure): string {
  return `${file}:${line}  ${rule}\n    why: ${why}\n    do:  ${instead}`;
}
