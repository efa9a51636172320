import { approvalsView } from '../../agent/views/approvals.ts';
import { type DecisionView, decisionView } from '../../agent/views/decision.ts';
import { type IncidentView, incidentView } from '../../agent/views/incident.ts';
import { clockTime } from '../../agent/views/text.ts';
import type { DecisionId, IncidentId } from '../../model/entity.ts';
import { type Block, blockLines, joinColumns } from './blocks.ts';
import type { View } from './glyphs.ts';
import { approvalBlock } from './incident-approval.ts';
import { diagnosisBlock } from './incident-diagnosis.ts';
import { adviceBlock, outcomeBlock, planBlock, whyBlock } from './incident-plan.ts';
import type { Picture } from './picture.ts';
import { type Line, line, span, wrap } from './text.ts';
import type { UiState } from './ui-state.ts';
import { shortDuration } from './words.ts';

/** From this width two columns stand side by side; below it they are pages. */
const twoColumnsMin = 96;
const rightWidth = 38;

/** One incident: diagnosis with its evidence, the plan, why the guard said so, time line, approval. */
export function incidentLines(id: string, picture: Picture, ui: UiState, height: number, view: View): Line[] {
  const incident = incidentView(picture.knowledge, id as IncidentId);
  if (incident === null) return [line(`   there is no incident ${id}; [ goes back`)];
  const decision = shownDecision(incident, picture);
  const left = [
    diagnosisBlock(incident.diagnosis),
    planBlock(decision, view),
    whyBlock(decision),
    adviceBlock(decision),
    outcomeBlock(decision),
  ].filter((block) => block !== null);
  const right = [approvalBlock(decision, picture, view), timelineBlock(incident)];
  const head = titleLines(incident, picture, view);
  const body = height - head.length;
  if (view.isPlain || view.columns < twoColumnsMin) {
    return [...head, ...pages([...left.slice(0, 1), right[0]!, ...left.slice(1), right[1]!], ui, body, view)];
  }
  const leftWidth = view.columns - rightWidth - 1;
  const leftLines = left.flatMap((block) => blockLines(block, leftWidth, view));
  const rightLines = right.flatMap((block) => blockLines(block, rightWidth, view));
  return [
    ...head,
    ...joinColumns(window(leftLines, ui.scroll, body), window(rightLines, ui.scroll, body), leftWidth, view),
  ];
}

/** The decision that matters now: the one that asks, else the newest. */
function shownDecision({ decisions }: IncidentView, { knowledge, nowMs }: Picture): DecisionView | null {
  const asking = approvalsView(knowledge, nowMs).find(({ id }) => decisions.some((decision) => decision.id === id));
  const id = asking?.id ?? decisions.at(-1)?.id;
  return id === undefined ? null : decisionView(knowledge, id as DecisionId);
}

function titleLines({ incident }: IncidentView, { nowMs }: Picture, view: View): Line[] {
  const until = incident.resolvedAtMs ?? nowMs;
  const age = `${incident.resolvedAtMs === null ? 'open' : 'lasted'} ${shortDuration(until - incident.openedAtMs)}`;
  const text = ` ${incident.id}  ${incident.title}   SEV${incident.severity}   ${incident.state}   ${age}`;
  return wrap(text, view.columns)
    .slice(0, 1)
    .map((part) => line(span(` ${part}`, 'strong')));
}

function timelineBlock({ timeline }: IncidentView): Block {
  return {
    title: 'TIMELINE',
    rows: timeline.map(({ atMs, text }) => ({ indent: 9, line: line(span(`${clockTime(atMs)} `, 'dim'), text) })),
  };
}

/** Blocks one below the other; Tab and j/k go down where the screen is shorter. */
function pages(blocks: readonly Block[], ui: UiState, height: number, view: View): Line[] {
  const page = ui.panel.incident ?? 0;
  const ordered = [...blocks.slice(page % blocks.length), ...blocks.slice(0, page % blocks.length)];
  return window(
    ordered.flatMap((block) => blockLines(block, view.columns, view)),
    ui.scroll,
    height,
  );
}

/** `height` rows from `scroll` on; the last one tells what is left. */
function window(lines: readonly Line[], scroll: number, height: number): Line[] {
  const from = Math.max(0, Math.min(scroll, lines.length - height));
  const shown = lines.slice(from, from + height);
  const left = lines.length - from - height;
  if (left <= 0 || shown.length === 0) return shown;
  return [...shown.slice(0, -1), line(span(` ${left + 1} more rows (j/k)`, 'dim'))];
}
