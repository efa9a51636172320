import { type Explanation, explainAction, type SetFacts } from '../../agent/views/policy.ts';
import { workloadRoles } from '../../model/inventory.ts';
import { CliError, exitCodes, type Io, type Options, print, textOption, usageError } from '../io.ts';
import { loadNamedPolicy } from './policy.ts';

/** `homeostat policy explain`. The answer is the point, so a deny is no failure here. */
export function explainPolicy(io: Io, args: readonly string[], options: Options): number {
  const [action, target] = args as readonly [string, string];
  const policy = loadNamedPolicy(io, textOption(options, 'policy'));
  const set = factsOf(options.set);
  const explained = explainAction(action, target, policy, { ...roleInName(io, target, set), ...set });
  if (!explained.ok) throw new CliError(exitCodes.usage, explained.problems);
  print(io, explained.explanation, (explanation) => explanationText(action, target, explanation));
  return exitCodes.done;
}

/** No cluster is asked here: what `worker-3` is, its name says, unless the caller does. It is told, since it is a guess. */
function roleInName(io: Io, target: string, set: SetFacts): SetFacts {
  const role = workloadRoles.find((known) => target.replace(/-\d+$/, '') === known);
  if (role === undefined || set['target.role'] !== undefined) return {};
  io.log(`taken from the name: target.role=${role}; --set target.role=ROLE says otherwise`);
  return { 'target.role': role };
}

/** `fact=value`; numbers and truth values as such. */
function factsOf(given: Options[string]): SetFacts {
  const facts: Record<string, string | number | boolean> = {};
  for (const text of Array.isArray(given) ? (given as readonly string[]) : []) {
    const equals = text.indexOf('=');
    if (equals < 1) throw usageError('--set', `"${text}" is not fact=value`, 'such as --set diagnosis.confidence=0.9');
    facts[text.slice(0, equals)] = factValue(text.slice(equals + 1));
  }
  return facts;
}

function factValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function explanationText(action: string, target: string, explanation: Explanation): string {
  return [
    `${explanation.effect.toUpperCase()}  ${action} ${target}`,
    `  by ${explanation.rule}: ${explanation.why}`,
    ...explanation.checks.map((check) => `  ${check.ok ? 'pass' : 'FAIL'}  ${check.name}: ${check.why}`),
    ...explanation.wouldBeAutoIf.map((text) => `  would be AUTO if: ${text}`),
  ].join('\n');
}
