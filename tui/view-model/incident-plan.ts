import { claimText } from '../../agent/views/amounts.ts';
import type { DecisionView } from '../../agent/views/decision.ts';
import { actionName, rehearsalText } from '../../agent/views/line.ts';
import { durationText, escapeText } from '../../agent/views/text.ts';
import type { Check } from '../../model/verdict.ts';
import { type Block, type BlockRow, row } from './blocks.ts';
import type { View } from './glyphs.ts';
import { fitTo, span } from './text.ts';
import { effectStyle, resultStyle } from './words.ts';

const hashShown = 6;

/** The steps with risk and undo, what the twin said, and what is promised. */
export function planBlock(decision: DecisionView | null, view: View): Block {
  if (decision === null) return { title: 'PLAN', rows: [row(0, span('none yet', 'dim'))] };
  const { plan } = decision;
  const actionWidth = view.columns >= 100 ? 32 : 28;
  const steps = plan.steps.map((step, index) => {
    const undo = step.undo === null ? (step.undoReason ?? 'none') : actionName(step.undo);
    const name = view.isPlain ? actionName(step.action) : fitTo(actionName(step.action), actionWidth);
    return row(6, span(`${index + 1}  `, 'dim'), span(`${name}  `, 'strong'), span(`undo: ${undo}`, 'dim'));
  });
  const says = plan.steps.flatMap(({ predict }) => (predict === null ? [] : [claimText(predict)]));
  const { verification } = plan;
  return {
    title: `PLAN ${decision.id}  hash ${plan.planHash.slice(0, hashShown)}  risk ${plan.risk}`,
    rows: [
      row(0, `${plan.playbook} for ${plan.cause.kind} of ${plan.cause.entity.id}`),
      ...steps,
      row(
        8,
        span('touches ', 'dim'),
        `${plan.blastRadius.instances.join(', ') || 'no instance'}; ${plan.blastRadius.healthyInstances.length} healthy`,
      ),
      row(11, span(rehearsalText(plan.rehearsal))),
      ...says.map((text) => row(5, span('says ', 'dim'), text)),
      row(
        7,
        span('checks ', 'dim'),
        `${verification.expect.join('; ')} after ${durationText(verification.afterMs)}, within ${durationText(verification.withinMs)}`,
      ),
    ],
  };
}

/** The rule that decided, the limits that were near, and what would change the answer. */
export function whyBlock(decision: DecisionView | null): Block | null {
  if (decision?.verdict == null) return null;
  const { verdict } = decision;
  const would = verdict.wouldEffect === null ? '' : `, would be ${verdict.wouldEffect}`;
  const failed = verdict.checks.filter((check) => !check.ok);
  const held = verdict.checks.filter((check) => check.ok);
  return {
    title: `WHY ${verdict.effect.toUpperCase()}`,
    rows: [
      row(0, span(`${verdict.rule}  `, effectStyle(verdict.effect)), span(`"${verdict.why}"${would}`)),
      ...failed.map(checkRow),
      ...(held.length === 0 ? [] : [row(4, span('ok  ', 'good'), span(held.map(shortCheck).join('; '), 'dim'))]),
      ...(verdict.wouldBeAutoIf.length === 0
        ? []
        : [row(15, span('would be auto: ', 'dim'), verdict.wouldBeAutoIf.join('; '))]),
    ],
  };
}

function checkRow(check: Check): BlockRow {
  return row(4, span(fitTo(check.effect, 5), effectStyle(check.effect)), `${check.name}: ${check.why}`);
}

function shortCheck({ name, why }: Check): string {
  return `${name.replace(/^limits\./, '')}: ${why}`;
}

/** What the adviser said, labelled as what it is; it may choose among plans and decides nothing. */
export function adviceBlock(decision: DecisionView | null): Block | null {
  const advice = decision?.advice ?? null;
  if (advice === null) return null;
  const { result, why, model, explanation = '' } = advice;
  return {
    title: `ADVISER ${result}`,
    rows: [
      row(0, span(`model ${model}: `, 'dim'), why),
      ...(explanation === '' ? [] : [row(0, span('a model wrote: ', 'dim'), span(`"${explanation}"`))]),
    ],
  };
}

/** What was claimed beside what was measured. */
export function outcomeBlock(decision: DecisionView | null): Block | null {
  const outcome = decision?.outcome ?? null;
  if (decision === null || (outcome === null && decision.actions.length === 0)) return null;
  const did = decision.actions.map(({ id, purpose, spec, state, detail }) =>
    row(
      4,
      span('did ', 'dim'),
      escapeText(`${id} ${purpose === 'undo' ? 'undo ' : ''}${actionName(spec)}: ${detail ?? state}`),
    ),
  );
  if (outcome === null) return { title: 'OUTCOME', rows: [...did, row(0, span('not verified yet', 'acting'))] };
  return {
    title: `OUTCOME ${outcome.result}`,
    rows: [
      ...did,
      ...outcome.saidWas.flatMap(({ said, was, hit }) => [
        row(5, span('said ', 'dim'), said),
        row(
          5,
          span('was  ', 'dim'),
          span(`${was}  ${hit === null ? 'NOT MEASURED' : hit ? 'HIT' : 'MISS'}`, hit ? 'good' : 'warn'),
        ),
      ]),
      row(0, span(outcome.why, resultStyle(outcome.result))),
    ],
  };
}
