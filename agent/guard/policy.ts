import { createHash } from 'node:crypto';
import { type ActionName, actionCatalogue } from '../../model/actions.ts';
import type { Problem } from '../../model/problem.ts';
import type { ApprovalNeed, Effect, Mode } from '../../model/verdict.ts';
import { problemsOf, readDocument } from '../config/document.ts';
import { type Clause, compileCondition } from './conditions.ts';
import { mayApprove } from './people.ts';
import { policyMistakes } from './policy-mistakes.ts';
import { type Limits, type PeopleGroup, type PolicyFile, type PolicyTest, policySchema } from './policy-schema.ts';
import { runPolicyTests } from './policy-tests.ts';
import { compileWindow, type PolicyWindow } from './windows.ts';

export { policyJsonSchema } from './policy-schema.ts';

/** What one rule says. All its clauses must hold for it to match. */
export interface Rule {
  readonly id: string;
  readonly effect: Effect;
  readonly actions: ReadonlySet<ActionName>;
  readonly clauses: readonly Clause[];
  readonly approval: ApprovalNeed | null;
  readonly earned: { readonly succeededMin: number; readonly lowerBound: number } | null;
  readonly why: string;
}

/** A policy file, checked and compiled once: defaults filled in, units in base units, conditions as closures. */
export interface Policy {
  readonly name: string;
  /** First 16 hex digits of the SHA-256 of the text. */
  readonly hash: string;
  readonly mode: Mode;
  readonly timezone: string;
  readonly people: Readonly<Record<string, PeopleGroup>>;
  readonly modelMayChoose: ReadonlySet<string>;
  readonly limits: Limits;
  readonly approval: ApprovalNeed;
  readonly ownRequest: boolean;
  readonly windows: readonly PolicyWindow[];
  /** Sorted by id, so that nothing can depend on their order in the file. */
  readonly rules: readonly Rule[];
  readonly rulesByAction: ReadonlyMap<ActionName, readonly Rule[]>;
  readonly tests: readonly PolicyTest[];
}

export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads, checks and compiles a policy file, and runs its own tests. All mistakes come at once, each with its line.
 * @param text     YAML
 * @param fileName how problems name the file; nothing is opened
 */
export function parsePolicy(text: string, fileName: string): ParsedPolicy {
  const compiled = compilePolicy(text, fileName);
  if (!compiled.ok) return compiled;
  const failures = runPolicyTests(compiled.policy).filter((result) => !result.ok);
  if (failures.length === 0) return { ok: true, policy: compiled.policy };
  const problems = failures.map(
    (failure): Problem => ({
      code: 'POLICY_TEST',
      message: `test ${failure.name}: ${failure.why}`,
      where: compiled.where(['tests', failure.index]),
      hint: failure.hint,
    }),
  );
  return { ok: false, problems };
}

type Where = (path: readonly PropertyKey[]) => string;
type Compiled =
  | { readonly ok: true; readonly policy: Policy; readonly where: Where }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** As `parsePolicy`, without running the inline tests: what `policy test` starts from. */
export function compilePolicy(text: string, fileName: string): Compiled {
  const read = readDocument(text, fileName, { schema: policySchema, prefix: 'POLICY' });
  const problems = problemsOf(read, policyMistakes);
  if (!read.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, policy: compile(read.value, hashOf(text)), where: read.where };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function compile(file: PolicyFile, hash: string): Policy {
  const approval = compileApproval(file);
  const rules = file.rules.map((rule) => compileRule(rule, approval)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    name: file.name,
    hash,
    mode: file.mode,
    timezone: file.timezone,
    people: file.people,
    modelMayChoose: new Set(file.modelMayChoose),
    limits: file.limits,
    approval,
    ownRequest: file.approval.ownRequest,
    windows: compileWindows(file),
    rules,
    rulesByAction: new Map(actionNames.map((name) => [name, rules.filter((rule) => rule.actions.has(name))])),
    tests: file.tests,
  };
}

const actionNames = Object.keys(actionCatalogue) as ActionName[];

/** Ten minutes: long enough to read a plan, short enough that the cluster is still the one it was made for. */
const expiresMsDefault = 600_000;

function compileApproval({ approval: written, people }: PolicyFile): ApprovalNeed {
  const from = written.from ?? Object.keys(people).filter((id) => mayApprove(people[id]!.role));
  const need = written.need ?? 1;
  return { from, need, oneFromEach: written.oneFromEach ?? false, expiresMs: written.expires ?? expiresMsDefault };
}

function compileRule(written: PolicyFile['rules'][number], approval: ApprovalNeed): Rule {
  return {
    id: written.id,
    effect: written.effect,
    actions: new Set(written.actions.includes('*') ? actionNames : (written.actions as ActionName[])),
    clauses: compileClauses(written.when),
    approval: written.approval === undefined ? null : stricter(written.approval, approval),
    earned: written.earned ?? null,
    why: written.why,
  };
}

/** No clause always holds, so a condition that was not checked may not become none. */
function compileClauses(when: string | undefined): readonly Clause[] {
  if (when === undefined) return [];
  const compiled = compileCondition(when);
  if (!compiled.ok) throw new Error(`a condition was not checked: ${when}: ${compiled.message}`);
  return compiled.clauses;
}

function stricter(written: NonNullable<PolicyFile['rules'][number]['approval']>, base: ApprovalNeed): ApprovalNeed {
  return {
    from: written.from ?? base.from,
    need: Math.max(written.need ?? base.need, base.need),
    oneFromEach: (written.oneFromEach ?? false) || base.oneFromEach,
    expiresMs: written.expires ?? base.expiresMs,
  };
}

function compileWindows({ windows, timezone }: PolicyFile): PolicyWindow[] {
  const byId = Object.entries(windows).sort(([a], [b]) => (a < b ? -1 : 1));
  return byId.map(([id, { cron, lasts, zone, effect, why }]) => {
    const compiled = compileWindow(cron, lasts, zone ?? timezone);
    if (!compiled.ok) throw new Error(`a window was not checked: ${id}: ${compiled.message}`);
    return { id, effect, why, spanAt: compiled.spanAt };
  });
}
