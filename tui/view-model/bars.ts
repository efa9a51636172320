import { clockTime, escapeDeep, percentText } from '../../agent/views/text.ts';
import type { View } from './glyphs.ts';
import { dataAgeMaxMs } from './health.ts';
import { keysShown } from './keymap.ts';
import type { Picture } from './picture.ts';
import { clip, fitTo, type Line, line, lineWidth, type Span, span } from './text.ts';
import { placeOf, type UiState } from './ui-state.ts';
import { ageText, shortDuration } from './words.ts';

/** The top row: cluster, mode and data age stay on every width; the rest leaves from the right. */
export function headerLine(picture: Picture, ui: UiState, view: View): Line {
  const { status, link } = picture;
  const wall = view.isPlain ? ', ' : ` ${view.glyphs.wall} `;
  const must = [span('homeostat', 'title'), ...linkSpans(picture, ui)];
  const may: Span[] = [];
  if (status !== null) {
    const { clusterId, mode, policyName } = escapeDeep(status);
    must.splice(1, 0, span(clusterId, 'strong'), span(mode.toUpperCase(), mode === 'autonomous' ? 'good' : 'accent'));
    must.push(dataSpan(picture));
    may.push(...daySpans(picture), span(`policy ${policyName}`), ...budgetSpans(picture));
    if (view.isReadOnly) must.push(span('READ ONLY', 'accent'));
  } else {
    must.push(span(`connecting to ${link.where}`, 'dim'));
  }
  may.push(span(`${clockTime(picture.nowMs)} UTC`, 'dim'));
  return joined(must, may, wall, view.columns);
}

function joined(must: readonly Span[], may: readonly Span[], wall: string, width: number): Line {
  const row: Span[] = [span(' ')];
  for (const [index, part] of [...must, ...may].entries()) {
    const next = [...row, ...(index === 0 ? [] : [span(wall, 'dim')]), part];
    if (index >= must.length && lineWidth(next) > width) continue;
    row.splice(0, row.length, ...next);
  }
  return clip(row, width);
}

function linkSpans({ link, nowMs, status }: Picture, { isFrozen }: UiState): Span[] {
  const spans: Span[] = [];
  if (link.state === 'lost') {
    spans.push(span(`LOST ${shortDuration(nowMs - link.sinceMs)} ago, looking for it`, 'bad'));
  }
  if (isFrozen) spans.push(span('FROZEN', 'accent'));
  if (status !== null && status.stop !== null) spans.push(span('STOP', 'bad'));
  else if (status !== null && status.paused !== null) spans.push(span('PAUSED', 'warn'));
  if (status !== null && !status.holdsLease) spans.push(span('STANDBY', 'warn'));
  return spans;
}

function dataSpan({ status }: Picture): Span {
  const ages = Object.values(status?.dataAgeMs ?? {}).filter((age) => age !== null);
  const oldest = ages.length === 0 ? null : Math.max(...ages);
  return span(ageText(oldest), oldest === null || oldest > dataAgeMaxMs ? 'warn' : 'plain');
}

function budgetSpans({ status }: Picture): Span[] {
  const budgets = (status?.slos ?? []).map((slo) => slo.budgetRatio);
  if (budgets.length === 0) return [];
  const least = Math.min(...budgets);
  return [span(`budget ${percentText(least)}`, least <= 0 ? 'bad' : least < 0.25 ? 'warn' : 'plain')];
}

function daySpans({ day }: Picture): Span[] {
  if (day === null) return [];
  const at = `day ${percentText(day.ratio)}`;
  if (day.isOver) return [span('day over, q for the summary', 'good')];
  return [span(day.isHeld ? `${at} HELD, space` : `${at} x${day.speed}`, 'accent')];
}

/** The second row: where one is, and what the filter and the last answer were. */
export function pathLine(ui: UiState, picture: Picture, view: View): Line {
  const { screen, id } = placeOf(ui);
  const path = screen === 'overview' ? 'overview' : `overview > ${screen}${id === null ? '' : ` ${id}`}`;
  const filter = ui.filter[screen] ?? '';
  const parts: Span[] = [span(` ${path}`, 'strong')];
  if (ui.isFiltering) parts.push(span(`   filter: /${filter}_`, 'accent'), span('  Enter keeps, Esc clears', 'dim'));
  else if (filter !== '') parts.push(span(`   filter: ${filter}`, 'accent'), span('  0 clears', 'dim'));
  if (ui.notice !== null) parts.push(span(`   ${ui.notice}`, 'warn'));
  else if (picture.link.why !== null) parts.push(span(`   ${picture.link.why}`, 'warn'));
  return line(...clip(parts, view.columns));
}

/** The bottom row: keys of this screen. */
export function keysLine(ui: UiState, picture: Picture, view: View): Line {
  const { screen } = placeOf(ui);
  const keys = keysShown(view.isReadOnly, picture.day !== null)
    .filter((entry) => entry.hintOn?.includes(screen))
    .map(({ keys: [first], action, hint }) => [action === 'down' ? 'j/k' : keyName(first!), hint!] as const);
  // Whole hints only; help has them all.
  const hints = keys.map(([key, hint]): Line => [span(` ${key} `, 'accent'), span(`${hint} `, 'dim')]);
  const count = hints.findLastIndex((_, index) => lineWidth(hints.slice(0, index + 1).flat()) <= view.columns) + 1;
  return hints.slice(0, count).flat();
}

export function keyName(key: string): string {
  const names: Readonly<Record<string, string>> = {
    enter: 'Enter',
    esc: 'Esc',
    tab: 'Tab',
    space: 'Space',
    pagedown: 'PgDn',
    pageup: 'PgUp',
  };
  return names[key] ?? key;
}

/** A rule across the screen with a title in it; for screen readers the title alone. */
export function headingLine(title: string, note: string, isFocused: boolean, view: View): Line {
  const noteText = note === '' ? '' : `   ${note}`;
  if (view.isPlain) return line(span(fitTo(`${title}${noteText}.`, view.columns).trimEnd(), 'title'));
  const { rule } = view.glyphs;
  const start = clip(
    [span(`${rule}${rule} `, 'dim'), span(title, isFocused ? 'title' : 'strong'), span(`${noteText} `, 'dim')],
    view.columns,
  );
  return [...start, span(rule.repeat(Math.max(0, view.columns - lineWidth(start))), 'dim')];
}

export function doubleRule(view: View): Line {
  return view.isPlain ? line('') : line(span(view.glyphs.doubleRule.repeat(view.columns), 'dim'));
}
