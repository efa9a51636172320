import { headingLine } from './bars.ts';
import { arrange } from './find.ts';
import type { View } from './glyphs.ts';
import { type Panel, type Row, tableLines } from './table.ts';
import { fitTo, type Line, line, span } from './text.ts';
import { placeOf, type UiState } from './ui-state.ts';

export interface ArrangedPanel {
  readonly panel: Panel;
  readonly rows: readonly Row[];
  /** The selected row's id, as far as it is still there; else the first row's. */
  readonly selected: string | null;
  readonly isFocused: boolean;
}

/** Panels of a screen after filter and order, with their selection. */
export function arrangePanels(panels: readonly Panel[], ui: UiState): ArrangedPanel[] {
  const { screen } = placeOf(ui);
  const focused = focusedPanel(panels, ui);
  return panels.map((panel, index) => {
    const rows = arrange(panel, ui.filter[screen] ?? '', ui.sort[panel.key]);
    const wanted = ui.selected[panel.key];
    const selected = rows.find((row) => row.id === wanted)?.id ?? rows[0]?.id ?? null;
    return { panel, rows, selected, isFocused: index === focused };
  });
}

/** The panel that was chosen; before that the first one that has rows. */
function focusedPanel(panels: readonly Panel[], ui: UiState): number {
  const chosen = ui.panel[placeOf(ui).screen];
  if (chosen !== undefined) return Math.min(chosen, panels.length - 1);
  return Math.max(
    0,
    panels.findIndex((panel) => panel.rows.length > 0),
  );
}

/** All panels one below the other in at most `height` rows; what does not fit is counted. */
export function panelLines(arranged: readonly ArrangedPanel[], ui: UiState, height: number, view: View): Line[] {
  const heights = share(arranged, height, view);
  return arranged.flatMap((item, index) => onePanel(item, ui, heights[index]!, view));
}

function onePanel(item: ArrangedPanel, ui: UiState, height: number, view: View): Line[] {
  if (height <= 0) return [];
  const { panel, rows, selected, isFocused } = item;
  if (rows.length === 0) {
    const head = headingLine(panel.title, noteOf(panel, ui, ''), isFocused, view);
    return [head, line(span(fitTo(`   ${panel.empty}`, view.columns).trimEnd(), 'dim'))].slice(0, height);
  }
  const visible = Math.max(1, height - 1 - headHeight(view));
  const at = Math.max(
    0,
    rows.findIndex((row) => row.id === selected),
  );
  const from = Math.max(0, Math.min(at - Math.floor(visible / 2), rows.length - visible));
  const part = visible < rows.length ? `rows ${from + 1}-${from + visible} of ${rows.length}` : '';
  const head = headingLine(panel.title, noteOf(panel, ui, part), isFocused, view);
  const shown = tableLines(panel, rows.slice(from, from + visible), isFocused ? selected : null, view);
  return [head, ...shown].slice(0, height);
}

function noteOf(panel: Panel, ui: UiState, part: string): string {
  const sort = ui.sort[panel.key];
  const title = sort === undefined ? '' : panel.columns[sort.column]!.title;
  const order = sort === undefined ? '' : `sorted by ${title}${sort.isFlipped ? ', flipped' : ''}`;
  return [panel.note, order, part].filter((text) => text !== '').join('   ');
}

function headHeight(view: View): number {
  return view.isPlain ? 0 : 1;
}

/** Rows per panel: everyone its head and one row, the rest by share to those who want more. */
function share(arranged: readonly ArrangedPanel[], height: number, view: View): number[] {
  const wants = arranged.map(({ rows }) => 1 + (rows.length === 0 ? 1 : headHeight(view) + rows.length));
  const gives = wants.map((want) => Math.min(want, 2 + headHeight(view)));
  let left = height - gives.reduce((sum, given) => sum + given, 0);
  while (left > 0) {
    const hungry = arranged.flatMap((_, index) => (gives[index]! < wants[index]! ? [index] : []));
    if (hungry.length === 0) break;
    const poorest = hungry.reduce((a, b) =>
      gives[b]! / arranged[b]!.panel.share < gives[a]! / arranged[a]!.panel.share ? b : a,
    );
    gives[poorest]! += 1;
    left -= 1;
  }
  for (let index = gives.length - 1; left < 0 && index >= 0; index -= 1) {
    const taken = Math.min(gives[index]!, -left);
    gives[index]! -= taken;
    left += taken;
  }
  return gives;
}
