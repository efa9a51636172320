import { actionCatalogue } from '../../model/actions.ts';
import type { Mistake } from '../config/document.ts';
import { nearestWord } from '../config/nearest-word.ts';
import type { Readable } from '../config/readable.ts';
import { compileCondition } from './conditions.ts';
import { factMistakes } from './explain.ts';
import { mayApprove } from './people.ts';
import type { PolicyFile } from './policy-schema.ts';
import { compileWindow, isKnownZone } from './windows.ts';

type File = Readable<PolicyFile>;
type RuleText = NonNullable<NonNullable<File['rules']>[number]>;
type ApprovalText = NonNullable<RuleText['approval']>;
type Path = readonly PropertyKey[];

/** What is wrong in the meaning of a policy, as far as it could be read: names, conditions, zones, windows, tests. */
export function policyMistakes(file: File): Mistake[] {
  const { timezone } = file;
  return [
    ...(timezone === undefined ? [] : zoneMistakes(timezone, ['timezone'])),
    ...groupMistakes(file.approval?.from, ['approval', 'from'], file),
    ...Object.entries(file.windows ?? {}).flatMap(([id, window]) => windowMistakes(window ?? {}, ['windows', id])),
    ...duplicateMistakes(file),
    ...(file.rules ?? []).flatMap((rule, i) => ruleMistakes(rule ?? {}, ['rules', i], file)),
    ...(file.tests ?? []).flatMap((test, i) => testMistakes(test?.facts, test?.at, timezone, ['tests', i])),
  ];
}

function mistake(code: string, path: Path, message: string, hint: string): Mistake {
  return { code, path, message, hint };
}

function zoneMistakes(zone: string, path: Path): Mistake[] {
  if (isKnownZone(zone)) return [];
  return [mistake('POLICY_ZONE', path, `${zone} is not a time zone`, 'an IANA name such as Europe/Berlin or UTC')];
}

/** Groups that cannot be read are known by their names, and nothing is said about their roles. */
function groupMistakes(from: ApprovalText['from'], path: Path, { people }: File): Mistake[] {
  if (people === undefined) return [];
  const known = Object.keys(people);
  return (from ?? []).flatMap((group): Mistake[] => {
    if (group === undefined) return [];
    if (!known.includes(group)) {
      return [mistake('POLICY_UNKNOWN_GROUP', path, `${group} is not a group of people`, didYouMean(group, known))];
    }
    const role = people[group]?.role;
    if (role === undefined || mayApprove(role)) return [];
    const message = `${group} has role ${role}`;
    return [mistake('POLICY_GROUP_ROLE', path, message, 'approvals need role: approver')];
  });
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  return near === null ? `one of: ${known.join(', ') || '(none)'}` : `did you mean ${near}?`;
}

function windowMistakes(window: { cron?: string | undefined; zone?: string | undefined }, path: Path): Mistake[] {
  const { cron, zone } = window;
  const mistakes = zone === undefined ? [] : zoneMistakes(zone, [...path, 'zone']);
  // Whether it ever begins does not depend on the zone or on its length.
  const compiled = cron === undefined ? null : compileWindow(cron, 1, 'UTC');
  if (compiled !== null && !compiled.ok) {
    const message = `cron "${cron}": ${compiled.message}`;
    mistakes.push(mistake('POLICY_CRON', [...path, 'cron'], message, 'minute hour day month weekday'));
  }
  return mistakes;
}

function duplicateMistakes({ rules = [] }: File): Mistake[] {
  const ids = rules.map((rule) => rule?.id);
  return ids.flatMap((id, i) =>
    id === undefined || ids.indexOf(id) === i
      ? []
      : [
          mistake(
            'POLICY_DUPLICATE_RULE',
            ['rules', i, 'id'],
            `a rule named ${id} exists already`,
            'rename one of them',
          ),
        ],
  );
}

function ruleMistakes(rule: RuleText, path: Path, file: File): Mistake[] {
  const { effect, earned, when, approval } = rule;
  const mistakes: Mistake[] = [];
  if (earned !== undefined && effect !== undefined && effect !== 'auto') {
    const message = `an ${effect} rule never rises by itself`;
    mistakes.push(mistake('POLICY_EARNED', [...path, 'earned'], message, 'use effect: auto'));
  }
  const condition = when === undefined ? null : compileCondition(when);
  if (condition !== null && !condition.ok) {
    mistakes.push(mistake('POLICY_CONDITION', [...path, 'when'], `condition: ${condition.message}`, condition.hint));
  }
  mistakes.push(...actionMistakes(rule.actions, [...path, 'actions']));
  if (approval !== undefined) mistakes.push(...approvalMistakes(approval, [...path, 'approval'], file));
  return mistakes;
}

function actionMistakes(names: RuleText['actions'], path: Path): Mistake[] {
  const known = Object.keys(actionCatalogue);
  return (names ?? []).flatMap((name, i): Mistake[] => {
    if (name === undefined || name === '*' || known.includes(name)) return [];
    return [mistake('POLICY_UNKNOWN_ACTION', [...path, i], `${name} is not an action`, didYouMean(name, known))];
  });
}

function approvalMistakes(written: ApprovalText, path: Path, file: File): Mistake[] {
  const mistakes = groupMistakes(written.from, [...path, 'from'], file);
  const base = file.approval ?? {};
  const needBase = base.need ?? 1;
  if (written.need !== undefined && written.need < needBase) {
    const message = `need: ${written.need} is looser than the policy’s own`;
    mistakes.push(mistake('POLICY_APPROVAL_LOOSER', [...path, 'need'], message, `the policy asks for ${needBase}`));
  }
  const need = Math.max(written.need ?? needBase, needBase);
  const from = written.from ?? base.from ?? approvingGroups(file);
  if ((written.oneFromEach || base.oneFromEach) && from !== null && need < from.length) {
    const message = `one approval from each of ${from.length} groups needs at least ${from.length} people`;
    mistakes.push(mistake('POLICY_APPROVAL_NEED', path, message, `need: ${from.length}`));
  }
  return mistakes;
}

/** Who may answer where nothing else is said; null where that cannot be read. */
function approvingGroups({ people }: File): readonly string[] | null {
  if (people === undefined || Object.values(people).some((group) => group?.role === undefined)) return null;
  return Object.keys(people).filter((id) => mayApprove(people[id]!.role!));
}

function testMistakes(
  facts: Readonly<Record<string, string | number | boolean | undefined>> | undefined,
  at: string | undefined,
  timezone: string | undefined,
  path: Path,
): Mistake[] {
  const known = Object.entries(facts ?? {}).filter((entry): entry is [string, string | number | boolean] => {
    return entry[1] !== undefined;
  });
  const set = { ...Object.fromEntries(known), ...(at === undefined ? {} : { at }) };
  const zone = timezone !== undefined && isKnownZone(timezone) ? timezone : 'UTC';
  return factMistakes(set, zone).map(({ message, hint, where }) => ({
    code: 'POLICY_TEST',
    message: `test ${Number(path.at(-1)) + 1}: ${message}`,
    hint,
    path: where === 'at' ? [...path, 'at'] : [...path, 'facts', where],
  }));
}
