import { compilePolicy, type Policy, parsePolicy, runPolicyTests } from '../../agent/views/policy.ts';
import { loadConfig, readNamedFile } from '../config-file.ts';
import { CliError, exitCodes, type Io, print } from '../io.ts';

/** The policy of a file, or of the configuration where none is named. @throws CliError with every mistake, exit code 2 */
export function loadNamedPolicy(io: Io, file: string | null): Policy {
  const { path, text } = readNamedFile(io, file ?? loadConfig(io).policy);
  const parsed = parsePolicy(text, path);
  if (parsed.ok) return parsed.policy;
  throw new CliError(exitCodes.usage, parsed.problems);
}

/** `homeostat policy lint`. */
export function lintPolicy(io: Io, args: readonly string[]): number {
  const policy = loadNamedPolicy(io, args[0] ?? null);
  const summary = {
    ok: true,
    name: policy.name,
    mode: policy.mode,
    rules: policy.rules.length,
    tests: policy.tests.length,
    hash: policy.hash,
  };
  print(
    io,
    summary,
    () =>
      `ok: ${policy.name}, mode ${policy.mode}, ${policy.rules.length} rules, ${policy.tests.length} examples, version ${policy.hash.slice(0, 12)}`,
  );
  return exitCodes.done;
}

/** `homeostat policy test`. Exit code 8 where an example does not hold. */
export function testPolicyFile(io: Io, args: readonly string[]): number {
  const { path, text } = readNamedFile(io, args[0] ?? loadConfig(io).policy);
  const compiled = compilePolicy(text, path);
  if (!compiled.ok) throw new CliError(exitCodes.usage, compiled.problems);
  const results = runPolicyTests(compiled.policy);
  const failed = results.filter((result) => !result.ok);
  print(io, { examples: results.length, failed: failed.length, results }, () =>
    [
      ...results.map((result) => `${result.ok ? 'ok  ' : 'FAIL'}  ${result.name}: ${result.why}`),
      `${results.length - failed.length} of ${results.length} examples hold`,
    ].join('\n'),
  );
  return failed.length === 0 ? exitCodes.done : exitCodes.findings;
}
