import type { DecisionId, IncidentId } from '../../model/entity.ts';

export const screens = ['overview', 'incident', 'forecast', 'map', 'audit', 'help'] as const;
export type Screen = (typeof screens)[number];

/** A screen with what it is about, such as one incident. */
export interface Place {
  readonly screen: Screen;
  readonly id: string | null;
}

export type DialogKind = 'answer' | 'pause' | 'resume' | 'own';

/** A question of the screen to the person. It opens on the button that changes nothing. */
export interface Dialog {
  readonly kind: DialogKind;
  /** The plan that was on the screen when it opened; the answer is bound to it. */
  readonly question: { readonly decisionId: DecisionId; readonly planHash: string } | null;
  readonly incidentId: IncidentId | null;
  readonly buttons: readonly string[];
  /** Place of the focused button; 0 is "Not now". */
  readonly focus: number;
  /** What the chosen button still asks for, and what was typed so far. */
  readonly typing: { readonly wants: 'number' | 'reason'; readonly text: string } | null;
  readonly isSending: boolean;
  readonly error: string | null;
}

/** What the person did to the screen; nothing of the cluster. */
export interface UiState {
  readonly places: readonly Place[];
  readonly placeAt: number;
  /** Focused panel per screen. */
  readonly panel: Readonly<Partial<Record<Screen, number>>>;
  /** Selected row id per panel key. */
  readonly selected: Readonly<Record<string, string>>;
  /** First text row of screens that are longer than the terminal. */
  readonly scroll: number;
  readonly filter: Readonly<Partial<Record<Screen, string>>>;
  readonly isFiltering: boolean;
  readonly sort: Readonly<Record<string, { readonly column: number; readonly isFlipped: boolean }>>;
  readonly isFrozen: boolean;
  readonly dialog: Dialog | null;
  readonly notice: string | null;
}

export function initialUi(): UiState {
  return {
    places: [{ screen: 'overview', id: null }],
    placeAt: 0,
    panel: {},
    selected: {},
    scroll: 0,
    filter: {},
    isFiltering: false,
    sort: {},
    isFrozen: false,
    dialog: null,
    notice: null,
  };
}

export function placeOf(ui: UiState): Place {
  return ui.places[ui.placeAt]!;
}

export function goTo(ui: UiState, place: Place): UiState {
  const now = placeOf(ui);
  if (now.screen === place.screen && now.id === place.id) return ui;
  const places = [...ui.places.slice(0, ui.placeAt + 1), place];
  return { ...ui, places, placeAt: places.length - 1, scroll: 0, notice: null };
}
