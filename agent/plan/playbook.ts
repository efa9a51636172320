import type { ActionName, RiskClass } from '../../model/actions.ts';
import { actionCatalogue } from '../../model/actions.ts';
import type { EntityKind } from '../../model/entity.ts';
import type { CauseKind } from '../../model/incident.ts';
import type { WorkloadRole } from '../../model/inventory.ts';
import type { Problem } from '../../model/problem.ts';
import { problemsOf, readDocument } from '../config/document.ts';
import { metricOf } from './metric-words.ts';
import { playbookMistakes } from './playbook-mistakes.ts';
import type { PlaybookText, Selector } from './playbook-schema.ts';
import { playbookSchema } from './playbook-schema.ts';

export type PlaybookParam =
  | { readonly type: 'entities'; readonly kind: EntityKind; readonly from: Selector; readonly maxItems: number }
  | { readonly type: 'number'; readonly value: string; readonly min: number; readonly max: number };

export interface PlaybookStep {
  readonly id: string;
  /** Name of the parameter whose entities the step is done for, one after the other. */
  readonly each: string;
  readonly action: ActionName;
  /** Literals, or `$name` for a number parameter. */
  readonly params: Readonly<Record<string, string | number | null>>;
  readonly timeoutMs: number;
  readonly predict: {
    readonly metric: string;
    readonly of: 'target' | 'queue';
    readonly becomes: 'below' | 'above';
    readonly value: number | string;
    readonly withinMs: number;
    readonly probability: number;
  } | null;
}

export interface PlaybookTest {
  readonly name: string;
  readonly fixture: string;
  /** null: no plan. */
  readonly expect: readonly { readonly action: ActionName; readonly target: string }[] | null;
}

/** A playbook, checked and compiled once: durations in ms, defaults filled in. */
export interface Playbook {
  readonly name: string;
  readonly file: string;
  readonly summary: string;
  readonly params: ReadonlyMap<string, PlaybookParam>;
  readonly trigger: {
    readonly causes: readonly CauseKind[];
    /** null: any. */
    readonly roles: readonly WorkloadRole[] | null;
    readonly minConfidence: number;
    readonly cooldownMs: number;
  };
  readonly diagnose: { readonly require: number; readonly of: readonly string[] };
  readonly checks: readonly string[];
  readonly steps: readonly PlaybookStep[];
  readonly verify: {
    readonly afterMs: number;
    readonly withinMs: number;
    readonly expect: readonly string[];
    readonly inconclusive: 'page' | 'hold';
  };
  /** null: every step is undone by its inverse. */
  readonly noUndoReason: string | null;
  readonly drill: { readonly scenario: string; readonly everyMs: number } | null;
  readonly tests: readonly PlaybookTest[];
  /** The gravest of its actions. */
  readonly risk: RiskClass;
}

export type ParsedPlaybook =
  | { readonly ok: true; readonly playbook: Playbook }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const risks: readonly RiskClass[] = ['safe', 'low', 'high', 'severe'];

/** Reads one `playbook.yaml`. All mistakes are told at once, each with its line. */
export function parsePlaybook(text: string, fileName: string): ParsedPlaybook {
  const read = readDocument(text, fileName, { schema: playbookSchema, prefix: 'PLAYBOOK' });
  const problems = problemsOf(read, playbookMistakes);
  if (!read.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, playbook: compile(read.value, fileName) };
}

function compile(text: PlaybookText, file: string): Playbook {
  const params = Object.entries(text.params).map(([name, param]): [string, PlaybookParam] => [
    name,
    param.type === 'number'
      ? param
      : { type: 'entities', kind: param.type, from: param.from, maxItems: param.maxItems },
  ]);
  return {
    name: text.playbook,
    file,
    summary: text.summary,
    params: new Map(params),
    trigger: {
      causes: text.trigger.causes,
      roles: text.trigger.roles ?? null,
      minConfidence: text.trigger.minConfidence,
      cooldownMs: text.trigger.cooldown,
    },
    diagnose: text.diagnose,
    checks: text.checks,
    steps: text.steps.map(compileStep),
    verify: {
      afterMs: text.verify.after,
      withinMs: text.verify.within,
      expect: text.verify.expect,
      inconclusive: text.verify.inconclusive,
    },
    noUndoReason: 'reason' in text.undo ? text.undo.reason : null,
    drill: text.drill === undefined ? null : { scenario: text.drill.scenario, everyMs: text.drill.every },
    tests: text.tests.map((test) => ({ ...test, expect: test.expect === 'abstain' ? null : test.expect.plan })),
    risk: risks[Math.max(...text.steps.map((step) => risks.indexOf(actionCatalogue[step.action].risk)))]!,
  };
}

function compileStep(step: PlaybookText['steps'][number]): PlaybookStep {
  const { predict } = step;
  return {
    id: step.id,
    each: step.each,
    action: step.action,
    params: step.params,
    timeoutMs: step.timeout,
    predict:
      predict === undefined
        ? null
        : { ...predict, metric: metricOf(predict.metric) ?? predict.metric, withinMs: predict.within },
  };
}
