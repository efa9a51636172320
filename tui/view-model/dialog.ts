import { approvalsView } from '../../agent/views/approvals.ts';
import type { Command } from '../../agent/views/face.ts';
import type { Knowledge } from '../../agent/views/fold.ts';
import { escapeText } from '../../agent/views/text.ts';
import type { DecisionId, IncidentId } from '../../model/entity.ts';
import type { View } from './glyphs.ts';
import type { Picture } from './picture.ts';
import { fitTo, type Line, line, lineWidth, span, wrap } from './text.ts';
import type { Dialog, UiState } from './ui-state.ts';
import { incidentNumber } from './words.ts';

/*
 * Questions to the person. Each opens on the button that changes nothing; approving then asks for the incident's
 * number and rejecting for a reason, so that no habit of the fingers changes a cluster.
 *
 *   closed --key--> choose --"Not now", Esc--> closed
 *                     '--other button--> typing --Enter--> sending --answer--> closed
 *                                          '--wrong number--> typing
 */

const notNow = 'Not now';
const reasonMax = 500;

/** The question of the incident on the screen, or null where it asks nothing. */
export function answerDialog(picture: Picture, incidentId: string | null): Dialog | null {
  const question = approvalsView(picture.knowledge, picture.nowMs).find((asked) => asked.incidentId === incidentId);
  if (question === undefined) return null;
  return {
    ...blank('answer', ['Approve', 'Reject']),
    question: { decisionId: question.id, planHash: question.planHash },
    incidentId: question.incidentId,
  };
}

export function pauseDialog({ status }: Picture): Dialog {
  const isPaused = status !== null && (status.paused !== null || status.stop !== null);
  return isPaused ? blank('resume', ['Let it go on']) : blank('pause', ['Pause the agent']);
}

export function ownDialog(incidentId: string): Dialog {
  return { ...blank('own', ['Take it']), incidentId: incidentId as IncidentId };
}

function blank(kind: Dialog['kind'], buttons: readonly string[]): Dialog {
  const about = { question: null, incidentId: null };
  return { kind, ...about, buttons: [notNow, ...buttons], focus: 0, typing: null, isSending: false, error: null };
}

export interface DialogStep {
  /** null: it is closed. */
  readonly dialog: Dialog | null;
  /** What to send, once. */
  readonly command: Command | null;
}

/** One key in a dialog. Keys that mean something elsewhere, such as `q`, are text here or nothing. */
export function dialogKey(dialog: Dialog, key: string): DialogStep {
  if (dialog.isSending) return { dialog, command: null };
  if (key === 'esc') return { dialog: null, command: null };
  return dialog.typing === null ? chooseKey(dialog, key) : typeKey(dialog, dialog.typing, key);
}

function chooseKey(dialog: Dialog, key: string): DialogStep {
  const count = dialog.buttons.length;
  const turn = ['tab', 'right', 'down'].includes(key) ? 1 : ['shift-tab', 'left', 'up'].includes(key) ? count - 1 : 0;
  if (turn !== 0) return { dialog: { ...dialog, focus: (dialog.focus + turn) % count }, command: null };
  if (key !== 'enter') return { dialog, command: null };
  if (dialog.focus === 0) return { dialog: null, command: null };
  if (dialog.kind === 'own') return send(dialog, '');
  const wants = dialog.buttons[dialog.focus] === 'Approve' ? 'number' : 'reason';
  return { dialog: { ...dialog, typing: { wants, text: '' }, error: null }, command: null };
}

function typeKey(dialog: Dialog, typing: NonNullable<Dialog['typing']>, key: string): DialogStep {
  if (key === 'enter') return finishTyping(dialog, typing);
  const text =
    key === 'backspace' ? typing.text.slice(0, -1) : key === 'space' ? `${typing.text} ` : typing.text + typed(key);
  return { dialog: { ...dialog, typing: { ...typing, text: text.slice(0, reasonMax) }, error: null }, command: null };
}

function typed(key: string): string {
  return [...key].length === 1 ? key : '';
}

function finishTyping(dialog: Dialog, { wants, text }: NonNullable<Dialog['typing']>): DialogStep {
  const number = incidentNumber(dialog.incidentId ?? '');
  if (wants === 'number' && text.trim() !== number) {
    return { dialog: { ...dialog, error: `that is not ${number}; nothing was sent` }, command: null };
  }
  if (wants === 'reason' && text.trim() === '') {
    return { dialog: { ...dialog, error: 'a reason is needed; nothing was sent' }, command: null };
  }
  return send(dialog, text.trim());
}

function send(dialog: Dialog, text: string): DialogStep {
  return { dialog: { ...dialog, isSending: true, error: null }, command: commandOf(dialog, text) };
}

function commandOf({ kind, question, incidentId, buttons, focus }: Dialog, text: string): Command | null {
  switch (kind) {
    case 'answer': {
      if (question === null) return null;
      const approves = buttons[focus] === 'Approve';
      return { type: 'answer', ...question, answer: approves ? 'approve' : 'deny', reason: approves ? null : text };
    }
    case 'pause':
      return { type: 'pause', why: text, now: false };
    case 'resume':
      return { type: 'resume', why: text };
    case 'own':
      return incidentId === null ? null : { type: 'own', incidentId };
    default:
      return kind satisfies never;
  }
}

/** Closes a question that was answered elsewhere or ended, and says by whom. */
export function closeAnswered(ui: UiState, knowledge: Knowledge): UiState {
  const question = ui.dialog?.question;
  if (ui.dialog === null || question === null || question === undefined || ui.dialog.isSending) return ui;
  const ending = endingOf(knowledge, question);
  return ending === null ? ui : { ...ui, dialog: null, notice: ending };
}

function endingOf(
  knowledge: Knowledge,
  { decisionId, planHash }: { decisionId: DecisionId; planHash: string },
): string | null {
  const approval = knowledge.decisions.get(decisionId)?.approval ?? null;
  if (approval === null) return `${decisionId} asks nothing any more`;
  if (approval.planHash !== planHash) return `${decisionId} has another plan now; look again`;
  if (approval.state === 'requested') return null;
  const last = approval.answers.at(-1);
  const by = last === undefined ? '' : ` by ${escapeText(last.person.id)} in ${last.person.via}`;
  return `${decisionId} was ${approval.state}${by}`;
}

/** The dialog as rows, to be laid over the bottom of the screen. */
export function dialogLines(dialog: Dialog, picture: Picture, view: View): Line[] {
  const width = Math.min(view.columns, 78);
  const inner = width - 4;
  const body = [
    ...questionText(dialog, picture)
      .flatMap((text) => wrap(text, inner))
      .map((text) => line(text)),
    line(''),
    ...controlLines(dialog, inner),
    ...(dialog.error === null ? [] : [line(span(fitTo(dialog.error, inner).trimEnd(), 'bad'))]),
  ];
  if (view.isPlain) return [line(span('Question.', 'title')), ...body];
  const { rule, wall } = view.glyphs;
  const edge = line(span(`+${rule.repeat(width - 2)}+`, 'accent'));
  const boxed = body.map((row) => [
    span(`${wall} `, 'accent'),
    ...row,
    span(' '.repeat(Math.max(0, inner - lineWidth(row)))),
    span(` ${wall}`, 'accent'),
  ]);
  return [edge, ...boxed, edge];
}

function questionText({ kind, question, incidentId }: Dialog, { knowledge, nowMs, status }: Picture): string[] {
  switch (kind) {
    case 'answer': {
      const asked = approvalsView(knowledge, nowMs).find(({ id }) => id === question?.decisionId);
      if (asked === undefined) return ['The question has ended.'];
      return [
        `${asked.incidentId}: may the agent do this? Risk ${asked.risk}.`,
        ...asked.does.map((does, index) => `  ${index + 1}. ${does}`),
        `Plan ${asked.planHash.slice(0, 6)} of ${asked.id}. ${asked.rule ?? ''} asks: ${asked.why ?? ''}`,
      ];
    }
    case 'pause':
      return ['Pause the agent? It makes no new plan; what runs is finished. Closing this screen does not stop it.'];
    case 'resume':
      return [`The agent is paused: ${escapeText(status?.paused ?? status?.stop ?? '')}. Let it go on?`];
    case 'own':
      return [`Take ownership of ${incidentId}? Others see it; the agent goes on as before.`];
    default:
      return kind satisfies never;
  }
}

function controlLines({ buttons, focus, typing, isSending, incidentId }: Dialog, width: number): Line[] {
  if (isSending) return [line(span('sending ...', 'acting'))];
  if (typing === null) {
    const shown = buttons.flatMap((button, index) => [
      span(index === focus ? `[> ${button} <]` : `[  ${button}  ]`, index === focus ? 'selected' : 'plain'),
      span('  '),
    ]);
    return [line(...shown), line(span('Tab moves, Enter chooses, Esc closes', 'dim'))];
  }
  const asks = typing.wants === 'number' ? `Type ${incidentNumber(incidentId ?? '')} to approve: ` : 'Why? ';
  const shown = typing.text.slice(-(width - asks.length - 1));
  return [line(span(asks, 'strong'), span(`${shown}_`, 'accent')), line(span('Enter sends, Esc closes', 'dim'))];
}
