import { approvalsView } from '../../agent/views/approvals.ts';
import { auditLines, auditPanels } from './audit-screen.ts';
import { doubleRule, headerLine, keysLine, pathLine } from './bars.ts';
import { dialogLines } from './dialog.ts';
import { forecastLines, forecastPanels } from './forecast-screen.ts';
import type { View } from './glyphs.ts';
import { helpLines } from './help-screen.ts';
import { incidentLines } from './incident-screen.ts';
import { mapLines, mapPanels } from './map-screen.ts';
import { overviewPanels } from './overview.ts';
import { type ArrangedPanel, arrangePanels, panelLines } from './panel-lines.ts';
import type { Picture } from './picture.ts';
import type { Panel } from './table.ts';
import { clip, fitTo, type Line, line, span } from './text.ts';
import { placeOf, type UiState } from './ui-state.ts';

/** Below this a terminal gets one line. */
const columnsMin = 60;
const rowsMin = 15;

/** The lists of the screen that is shown, arranged; empty for screens of text. */
export function panelsOf(picture: Picture, ui: UiState, view: View): ArrangedPanel[] {
  return arrangePanels(rawPanels(picture, ui, view), ui);
}

function rawPanels(picture: Picture, ui: UiState, view: View): Panel[] {
  const { screen } = placeOf(ui);
  switch (screen) {
    case 'overview':
      return overviewPanels(picture, view);
    case 'forecast':
      return forecastPanels(picture, view.glyphs);
    case 'map':
      return mapPanels(picture);
    case 'audit':
      return auditPanels(picture);
    case 'incident':
    case 'help':
      return [];
    default:
      return screen satisfies never;
  }
}

/**
 * The whole screen: at most `view.rows - 1` rows of at most `view.columns` cells. A row more would make the terminal
 * scroll and Ink repaint everything (measured at 3.3 kB a frame against 0.2 kB).
 */
export function frameLines(picture: Picture, ui: UiState, view: View): Line[] {
  const height = view.rows - 1;
  if (view.columns < columnsMin || view.rows < rowsMin) return [tinyLine(picture, view)].slice(0, Math.max(1, height));
  const dialog = ui.dialog === null ? [] : dialogLines(ui.dialog, picture, view);
  const head = [headerLine(picture, ui, view), pathLine(ui, picture, view), doubleRule(view)];
  const foot = ui.dialog === null ? [keysLine(ui, picture, view)] : [];
  const body = bodyLines(picture, ui, Math.max(0, height - head.length - foot.length - dialog.length), view);
  const filler = Array.from(
    { length: view.isPlain ? 0 : Math.max(0, height - head.length - body.length - dialog.length - foot.length) },
    () => line(''),
  );
  return [...head, ...body, ...filler, ...dialog, ...foot].slice(0, height).map((row) => clip(row, view.columns));
}

function bodyLines(picture: Picture, ui: UiState, height: number, view: View): Line[] {
  const { screen, id } = placeOf(ui);
  const panels = panelsOf(picture, ui, view);
  switch (screen) {
    case 'overview':
      return panelLines(panels, ui, height, view);
    case 'incident':
      return incidentLines(id ?? '', picture, ui, height, view).slice(0, height);
    case 'forecast':
      return forecastLines(panels, picture, ui, height, view).slice(0, height);
    case 'map':
      return mapLines(panels, picture, ui, height, view).slice(0, height);
    case 'audit':
      return auditLines(panels, picture, ui, height, view).slice(0, height);
    case 'help':
      return helpLines(picture, view).slice(ui.scroll, ui.scroll + height);
    default:
      return screen satisfies never;
  }
}

function tinyLine({ knowledge, nowMs }: Picture, view: View): Line {
  const waiting = approvalsView(knowledge, nowMs).length;
  return line(
    span(fitTo(`needs you: ${waiting}   (${columnsMin}x${rowsMin} shows more; q quits)`, view.columns).trimEnd()),
  );
}
