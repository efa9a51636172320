import type { Command, CommandResult } from '../../agent/commands.ts';
import { answerDialog, closeAnswered, dialogKey, ownDialog, pauseDialog } from './dialog.ts';
import { panelsOf } from './frame.ts';
import type { View } from './glyphs.ts';
import { actionOf, isActing, type KeyAction } from './keymap.ts';
import type { ArrangedPanel } from './panel-lines.ts';
import type { Picture } from './picture.ts';
import { goTo, placeOf, type Screen, screens, type UiState } from './ui-state.ts';

/** What a key asks of the world outside of the screen. */
export type Effect =
  | { readonly type: 'submit'; readonly command: Command }
  | { readonly type: 'time'; readonly change: 'faster' | 'slower' | 'hold' }
  | { readonly type: 'quit' };

export interface Reduced {
  readonly ui: UiState;
  readonly effect: Effect | null;
}

const halfPageRows = 8;

/** One key: the next state of the screen, and at most one effect. Pure. */
export function reduceKey(ui: UiState, key: string, picture: Picture, view: View): Reduced {
  if (ui.dialog !== null) {
    const { dialog, command } = dialogKey(ui.dialog, key);
    return { ui: { ...ui, dialog }, effect: command === null ? null : { type: 'submit', command } };
  }
  if (ui.isFiltering) return only(filterKey(ui, key));
  const action = actionOf(key);
  if (action === undefined) return only(ui);
  if (isActing(action) && view.isReadOnly) return only({ ...ui, notice: 'this screen is read-only' });
  return reduceAction({ ...ui, notice: null }, action, picture, view);
}

function only(ui: UiState): Reduced {
  return { ui, effect: null };
}

function reduceAction(ui: UiState, action: KeyAction, picture: Picture, view: View): Reduced {
  switch (action) {
    case 'quit':
      return { ui, effect: { type: 'quit' } };
    case 'faster':
    case 'slower':
      return { ui, effect: picture.day === null ? null : { type: 'time', change: action } };
    case 'hold-time':
      return { ui, effect: picture.day === null ? null : { type: 'time', change: 'hold' } };
    case 'approve':
    case 'reject':
      return only(openAnswer(ui, picture, view));
    case 'own': {
      const id = incidentInFocus(ui, picture, view);
      return only(id === null ? ui : { ...ui, dialog: ownDialog(id) });
    }
    case 'pause':
      return only({ ...ui, dialog: pauseDialog(picture) });
    default:
      return only(look(ui, action, picture, view));
  }
}

type LookAction = Exclude<
  KeyAction,
  'quit' | 'faster' | 'slower' | 'hold-time' | 'approve' | 'reject' | 'own' | 'pause'
>;

function look(ui: UiState, action: LookAction, picture: Picture, view: View): UiState {
  switch (action) {
    case 'up':
      return move(ui, -1, picture, view);
    case 'down':
      return move(ui, 1, picture, view);
    case 'half-up':
      return move(ui, -halfPageRows, picture, view);
    case 'half-down':
      return move(ui, halfPageRows, picture, view);
    case 'first':
      return move(ui, Number.NEGATIVE_INFINITY, picture, view);
    case 'last':
      return move(ui, Number.POSITIVE_INFINITY, picture, view);
    case 'open':
      return open(ui, picture, view);
    case 'back':
      return back(ui);
    case 'history-back':
      return { ...ui, placeAt: Math.max(0, ui.placeAt - 1), scroll: 0 };
    case 'history-forward':
      return { ...ui, placeAt: Math.min(ui.places.length - 1, ui.placeAt + 1), scroll: 0 };
    case 'next-panel':
      return turnPanel(ui, 1, picture, view);
    case 'previous-panel':
      return turnPanel(ui, -1, picture, view);
    case 'filter':
      return { ...ui, isFiltering: true };
    case 'sort':
      return sort(ui, picture, view);
    case 'flip':
      return flip(ui, picture, view);
    case 'clear':
      return { ...ui, filter: { ...ui.filter, [placeOf(ui).screen]: '' }, sort: {} };
    case 'freeze':
      return { ...ui, isFrozen: !ui.isFrozen };
    default:
      return go(ui, action.slice('go-'.length) as Screen, picture, view);
  }
}

/** A screen by its number; the incident screen shows the incident in focus, or the newest one. */
function go(ui: UiState, screen: Screen, picture: Picture, view: View): UiState {
  if (screen !== 'incident') return goTo(ui, { screen, id: null });
  const id = incidentInFocus(ui, picture, view) ?? [...picture.knowledge.incidents.keys()].at(-1) ?? null;
  return id === null ? { ...ui, notice: 'there is no incident' } : goTo(ui, { screen, id });
}

function incidentInFocus(ui: UiState, picture: Picture, view: View): string | null {
  const place = placeOf(ui);
  if (place.screen === 'incident') return place.id;
  const panel = panelsOf(picture, ui, view).find((item) => item.isFocused);
  const opens = panel?.rows.find((row) => row.id === panel.selected)?.opens;
  return opens?.screen === 'incident' ? opens.id : null;
}

function openAnswer(ui: UiState, picture: Picture, view: View): UiState {
  const incidentId = incidentInFocus(ui, picture, view);
  const dialog = answerDialog(picture, incidentId);
  if (dialog === null) return { ...ui, notice: 'nothing to answer here' };
  return { ...goTo(ui, { screen: 'incident', id: incidentId }), dialog };
}

function focused(ui: UiState, picture: Picture, view: View): ArrangedPanel | undefined {
  return panelsOf(picture, ui, view).find((panel) => panel.isFocused);
}

function move(ui: UiState, by: number, picture: Picture, view: View): UiState {
  const panel = focused(ui, picture, view);
  if (panel === undefined) return { ...ui, scroll: Math.max(0, Math.min(scrollMax, ui.scroll + by)) };
  const at = panel.rows.findIndex((row) => row.id === panel.selected);
  const next = panel.rows[Math.max(0, Math.min(panel.rows.length - 1, at + by))];
  return next === undefined ? ui : { ...ui, selected: { ...ui.selected, [panel.panel.key]: next.id } };
}

/** No screen of text is longer. */
const scrollMax = 400;

function open(ui: UiState, picture: Picture, view: View): UiState {
  const panel = focused(ui, picture, view);
  const opens = panel?.rows.find((row) => row.id === panel.selected)?.opens ?? null;
  if (opens === null) return ui;
  const next = goTo(ui, { screen: opens.screen, id: opens.screen === 'incident' ? opens.id : null });
  return opens.screen === 'incident' ? next : { ...next, selected: { ...next.selected, [opens.screen]: opens.id } };
}

function back(ui: UiState): UiState {
  if ((ui.filter[placeOf(ui).screen] ?? '') !== '')
    return { ...ui, filter: { ...ui.filter, [placeOf(ui).screen]: '' } };
  if (ui.placeAt > 0) return { ...ui, placeAt: ui.placeAt - 1, scroll: 0 };
  return goTo(ui, { screen: screens[0], id: null });
}

function turnPanel(ui: UiState, by: number, picture: Picture, view: View): UiState {
  const { screen } = placeOf(ui);
  const panels = panelsOf(picture, ui, view);
  const count = screen === 'incident' ? 5 : Math.max(1, panels.length);
  const now =
    ui.panel[screen] ??
    Math.max(
      0,
      panels.findIndex((panel) => panel.isFocused),
    );
  return { ...ui, scroll: 0, panel: { ...ui.panel, [screen]: (now + by + count) % count } };
}

function sort(ui: UiState, picture: Picture, view: View): UiState {
  const panel = focused(ui, picture, view)?.panel;
  if (panel === undefined) return ui;
  const next = (ui.sort[panel.key]?.column ?? -1) + 1;
  if (next < panel.columns.length)
    return { ...ui, sort: { ...ui.sort, [panel.key]: { column: next, isFlipped: false } } };
  const { [panel.key]: _, ...rest } = ui.sort;
  return { ...ui, sort: rest };
}

function flip(ui: UiState, picture: Picture, view: View): UiState {
  const key = focused(ui, picture, view)?.panel.key;
  const order = key === undefined ? undefined : ui.sort[key];
  if (key === undefined || order === undefined) return ui;
  return { ...ui, sort: { ...ui.sort, [key]: { ...order, isFlipped: !order.isFlipped } } };
}

function filterKey(ui: UiState, key: string): UiState {
  const { screen } = placeOf(ui);
  const text = ui.filter[screen] ?? '';
  const write = (filter: string): UiState => ({ ...ui, filter: { ...ui.filter, [screen]: filter } });
  if (key === 'enter') return { ...ui, isFiltering: false };
  if (key === 'esc') return { ...write(''), isFiltering: false };
  if (key === 'backspace') return write(text.slice(0, -1));
  if (key === 'space') return write(`${text} `);
  return [...key].length === 1 ? write(text + key) : ui;
}

/** What the daemon answered to a command that this screen sent. */
export function reduceAnswer(ui: UiState, result: CommandResult): UiState {
  if (result.ok) return { ...ui, dialog: null, notice: result.message };
  const error = result.hint === null ? result.message : `${result.message}; ${result.hint}`;
  if (ui.dialog === null) return { ...ui, notice: error };
  return { ...ui, dialog: { ...ui.dialog, isSending: false, typing: null, focus: 0, error } };
}

/** New data: a question that somebody answered elsewhere closes. */
export function reduceRefresh(ui: UiState, picture: Picture): UiState {
  return closeAnswered(ui, picture.knowledge);
}
