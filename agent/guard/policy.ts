import { createHash } from 'node:crypto';
import { type ActionName, actionCatalogue } from '../../model/actions.ts';
import type { Problem } from '../../model/problem.ts';
import type { ApprovalNeed, Effect, Mode } from '../../model/verdict.ts';
import { readDocument } from '../config/document.ts';
import { nearestWord } from '../config/nearest-word.ts';
import { type Clause, compileCondition } from './conditions.ts';
import { mayApprove } from './people.ts';
import { type Limits, type PeopleGroup, type PolicyFile, type PolicyTest, policySchema } from './policy-schema.ts';
import { runPolicyTests } from './policy-tests.ts';
import { compileWindow, isKnownZone, type PolicyWindow } from './windows.ts';

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
  if (!read.ok) return read;
  const problems: Problem[] = [];
  const refuse: Refuse = (code, path, message, hint) => {
    problems.push({ code, message, where: read.where(path), hint });
  };
  const policy = compile(read.value, hashOf(text), refuse);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy, where: read.where };
}

type Refuse = (code: string, path: readonly PropertyKey[], message: string, hint: string | null) => void;

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function compile(file: PolicyFile, hash: string, refuse: Refuse): Policy {
  const approval = compileApproval(file, refuse);
  const rules = compileRules(file, approval, refuse);
  if (!isKnownZone(file.timezone)) refuseZone(['timezone'], file.timezone, refuse);
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
    windows: compileWindows(file, refuse),
    rules,
    rulesByAction: new Map(actionNames.map((name) => [name, rules.filter((rule) => rule.actions.has(name))])),
    tests: file.tests,
  };
}

const actionNames = Object.keys(actionCatalogue) as ActionName[];

/** Ten minutes: long enough to read a plan, short enough that the cluster is still the one it was made for. */
const expiresMsDefault = 600_000;

function compileApproval(file: PolicyFile, refuse: Refuse): ApprovalNeed {
  const written = file.approval;
  const from = written.from ?? Object.keys(file.people).filter((id) => mayApprove(file.people[id]!.role));
  checkGroups(from, ['approval', 'from'], file, refuse);
  const need = written.need ?? 1;
  return { from, need, oneFromEach: written.oneFromEach ?? false, expiresMs: written.expires ?? expiresMsDefault };
}

function checkGroups(from: readonly string[], path: PropertyKey[], file: PolicyFile, refuse: Refuse): void {
  const known = Object.keys(file.people);
  for (const group of from) {
    if (!known.includes(group)) {
      refuse('POLICY_UNKNOWN_GROUP', path, `${group} is not a group of people`, didYouMean(group, known));
    } else if (!mayApprove(file.people[group]!.role)) {
      refuse(
        'POLICY_GROUP_ROLE',
        path,
        `${group} has role ${file.people[group]!.role}`,
        'approvals need role: approver',
      );
    }
  }
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  return near === null ? `one of: ${known.join(', ') || '(none)'}` : `did you mean ${near}?`;
}

function compileRules(file: PolicyFile, approval: ApprovalNeed, refuse: Refuse): Rule[] {
  const seen = new Set<string>();
  const rules = file.rules.map((written, index): Rule => {
    const path = ['rules', index];
    if (seen.has(written.id)) {
      refuse(
        'POLICY_DUPLICATE_RULE',
        [...path, 'id'],
        `a rule named ${written.id} exists already`,
        'rename one of them',
      );
    }
    seen.add(written.id);
    if (written.earned !== undefined && written.effect !== 'auto') {
      refuse(
        'POLICY_EARNED',
        [...path, 'earned'],
        `an ${written.effect} rule never rises by itself`,
        'use effect: auto',
      );
    }
    return {
      id: written.id,
      effect: written.effect,
      actions: compileActions(written.actions, path, refuse),
      clauses: compileClauses(written.when, path, refuse),
      approval: compileRuleApproval(written, path, file, approval, refuse),
      earned: written.earned ?? null,
      why: written.why,
    };
  });
  return rules.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function compileActions(names: readonly string[], path: PropertyKey[], refuse: Refuse): ReadonlySet<ActionName> {
  if (names.includes('*')) return new Set(actionNames);
  names.forEach((name, index) => {
    if (Object.hasOwn(actionCatalogue, name)) return;
    const hint = didYouMean(name, actionNames);
    refuse('POLICY_UNKNOWN_ACTION', [...path, 'actions', index], `${name} is not an action`, hint);
  });
  return new Set(names as ActionName[]);
}

function compileClauses(when: string | undefined, path: PropertyKey[], refuse: Refuse): readonly Clause[] {
  if (when === undefined) return [];
  const compiled = compileCondition(when);
  if (compiled.ok) return compiled.clauses;
  refuse('POLICY_CONDITION', [...path, 'when'], `condition: ${compiled.message}`, compiled.hint);
  return [];
}

function compileRuleApproval(
  rule: PolicyFile['rules'][number],
  path: PropertyKey[],
  file: PolicyFile,
  base: ApprovalNeed,
  refuse: Refuse,
): ApprovalNeed | null {
  const written = rule.approval;
  if (written === undefined) return null;
  const at = [...path, 'approval'];
  if (written.from !== undefined) checkGroups(written.from, [...at, 'from'], file, refuse);
  if (written.need !== undefined && written.need < base.need) {
    const hint = `the policy asks for ${base.need}`;
    refuse('POLICY_APPROVAL_LOOSER', [...at, 'need'], `need: ${written.need} is looser than the policy’s own`, hint);
  }
  const need = {
    from: written.from ?? base.from,
    need: Math.max(written.need ?? base.need, base.need),
    oneFromEach: (written.oneFromEach ?? false) || base.oneFromEach,
    expiresMs: written.expires ?? base.expiresMs,
  };
  if (need.oneFromEach && need.need < need.from.length) {
    const message = `one approval from each of ${need.from.length} groups needs at least ${need.from.length} people`;
    refuse('POLICY_APPROVAL_NEED', at, message, `need: ${need.from.length}`);
  }
  return need;
}

function compileWindows(file: PolicyFile, refuse: Refuse): PolicyWindow[] {
  const byId = Object.entries(file.windows).sort(([a], [b]) => (a < b ? -1 : 1));
  return byId.flatMap(([id, written]) => {
    const path = ['windows', id];
    const zone = written.zone ?? file.timezone;
    if (!isKnownZone(zone)) {
      // An unknown zone of the whole policy is told once, at its own line.
      if (written.zone !== undefined) refuseZone([...path, 'zone'], zone, refuse);
      return [];
    }
    const compiled = compileWindow(written.cron, written.lasts, zone);
    if (compiled.ok) return [{ id, effect: written.effect, why: written.why, spanAt: compiled.spanAt }];
    refuse(
      'POLICY_CRON',
      [...path, 'cron'],
      `cron "${written.cron}": ${compiled.message}`,
      'minute hour day month weekday',
    );
    return [];
  });
}

function refuseZone(path: PropertyKey[], zone: string, refuse: Refuse): void {
  refuse('POLICY_ZONE', path, `${zone} is not a time zone`, 'an IANA name such as Europe/Berlin or UTC');
}
