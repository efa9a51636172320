import { type AuditRow, auditRows } from '../../agent/views/audit.ts';
import { decisionView } from '../../agent/views/decision.ts';
import { clockTime } from '../../agent/views/text.ts';
import type { DecisionId } from '../../model/entity.ts';
import { blockLines, row } from './blocks.ts';
import type { View } from './glyphs.ts';
import { outcomeBlock, planBlock, whyBlock } from './incident-plan.ts';
import { type ArrangedPanel, panelLines } from './panel-lines.ts';
import type { Picture } from './picture.ts';
import { cell, type Panel, type Row } from './table.ts';
import type { Line } from './text.ts';
import { span } from './text.ts';
import type { UiState } from './ui-state.ts';
import { effectStyle, resultStyle } from './words.ts';

/** What was decided and done, by whom; the newest on top. */
export function auditPanels({ rows }: Picture): Panel[] {
  const shown = auditRows(rows, { sinceMs: 0, all: false }).toReversed();
  return [
    {
      key: 'audit',
      title: 'AUDIT',
      note: `${shown.length} rows, the newest on top`,
      columns: [
        { title: 'TIME', width: 8, priority: 1 },
        { title: 'ID', width: 8, priority: 0 },
        { title: 'WHO', width: 5, grow: true, priority: 4 },
        { title: 'WHAT', width: 24, grow: true, priority: 0, cutAt: 'middle' },
        { title: 'TARGET', width: 10, grow: true, priority: 3, cutAt: 'middle' },
        { title: 'EFFECT', width: 6, priority: 2 },
        { title: 'RESULT', width: 10, grow: true, priority: 1 },
      ],
      rows: shown.map(auditPanelRow),
      empty: 'nothing was decided yet',
      share: 1,
    },
  ];
}

function auditPanelRow(shown: AuditRow): Row {
  const decisionId = /^D-\d+/.exec(shown.id ?? '')?.[0] ?? null;
  return {
    id: String(shown.seq),
    opens: decisionId === null ? null : { screen: 'audit', id: String(shown.seq) },
    cells: [
      cell(clockTime(shown.atMs), 'dim', shown.atMs),
      cell(shown.id ?? ''),
      cell(shown.who),
      cell(shown.what),
      cell(shown.target ?? ''),
      cell(shown.effect ?? '', effectStyle(shown.effect)),
      cell(shown.result ?? '', resultStyle(shown.result)),
    ],
  };
}

/** The list above, the decision of the selected row below: what was said beside what was. */
export function auditLines(
  panels: readonly ArrangedPanel[],
  picture: Picture,
  ui: UiState,
  height: number,
  view: View,
): Line[] {
  const detail = decisionLines(
    panels[0]?.rows.find((item) => item.id === panels[0]?.selected),
    picture,
    view,
  );
  const detailHeight = Math.min(detail.length, Math.max(0, Math.floor(height * 0.55)));
  return [...panelLines(panels, ui, height - detailHeight, view), ...detail.slice(0, detailHeight)];
}

function decisionLines(selected: Row | undefined, { knowledge }: Picture, view: View): Line[] {
  const id = /^D-\d+/.exec(selected?.cells[1]?.text ?? '')?.[0];
  const decision = id === undefined ? null : decisionView(knowledge, id as DecisionId);
  if (decision === null) return [];
  const { advice, incident } = decision;
  const about = {
    title: `${decision.id} ${decision.state}`,
    rows: [
      row(4, span('for ', 'dim'), `${incident?.id ?? ''} ${incident?.title ?? ''}`),
      ...(advice === null ? [] : [row(8, span('adviser ', 'dim'), `${advice.result}: ${advice.why}`)]),
    ],
  };
  const blocks = [about, outcomeBlock(decision), whyBlock(decision), planBlock(decision, view)].filter(
    (block) => block !== null,
  );
  return blocks.flatMap((block) => blockLines(block, view.columns, view));
}
