import { type Screen, screens } from './ui-state.ts';

export type KeyAction =
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'half-up'
  | 'half-down'
  | 'open'
  | 'back'
  | 'history-back'
  | 'history-forward'
  | 'next-panel'
  | 'previous-panel'
  | `go-${Screen}`
  | 'filter'
  | 'sort'
  | 'flip'
  | 'clear'
  | 'freeze'
  | 'approve'
  | 'reject'
  | 'own'
  | 'pause'
  | 'faster'
  | 'slower'
  | 'hold-time'
  | 'quit';

export interface KeyEntry {
  readonly action: KeyAction;
  readonly keys: readonly string[];
  readonly group: 'move' | 'look' | 'act' | 'find' | 'demo';
  readonly means: string;
  /** In the bottom row of these screens; absent: of none. */
  readonly hintOn?: readonly Screen[];
  readonly hint?: string;
}

const lists: readonly Screen[] = ['overview', 'forecast', 'map', 'audit'];

/** Every key of the terminal UI. Help and the bottom row are made from it, so they cannot drift from what works. */
export const keymap: readonly KeyEntry[] = [
  { action: 'down', keys: ['j', 'down'], group: 'move', means: 'down', hintOn: lists, hint: 'move' },
  { action: 'up', keys: ['k', 'up'], group: 'move', means: 'up' },
  { action: 'first', keys: ['g', 'home'], group: 'move', means: 'first' },
  { action: 'last', keys: ['G', 'end'], group: 'move', means: 'last' },
  { action: 'half-down', keys: ['ctrl-d', 'pagedown'], group: 'move', means: 'half a page down' },
  { action: 'half-up', keys: ['ctrl-u', 'pageup'], group: 'move', means: 'half a page up' },
  { action: 'open', keys: ['enter'], group: 'move', means: 'open', hintOn: ['overview', 'audit', 'map'], hint: 'open' },
  {
    action: 'back',
    keys: ['esc'],
    group: 'move',
    means: 'back',
    hintOn: ['incident', 'forecast', 'map', 'audit', 'help'],
    hint: 'back',
  },
  { action: 'history-back', keys: ['['], group: 'move', means: 'history back' },
  { action: 'history-forward', keys: [']'], group: 'move', means: 'history forward' },
  {
    action: 'next-panel',
    keys: ['tab'],
    group: 'move',
    means: 'next panel or page',
    hintOn: ['overview', 'incident', 'map'],
    hint: 'panel',
  },
  { action: 'previous-panel', keys: ['shift-tab'], group: 'move', means: 'previous panel' },
  ...screens.map(
    (screen, index): KeyEntry => ({
      action: `go-${screen}`,
      keys: screen === 'help' ? ['?', String(index + 1)] : [String(index + 1)],
      group: 'look',
      means: screen,
      ...(screen === 'help' ? { hintOn: ['overview', 'incident', 'forecast', 'map', 'audit'], hint: 'help' } : {}),
    }),
  ),
  { action: 'freeze', keys: ['f'], group: 'look', means: 'freeze the screen, or go on' },
  {
    action: 'filter',
    keys: ['/'],
    group: 'find',
    means: 'filter: text, !text, field:text, field:<3',
    hintOn: lists,
    hint: 'filter',
  },
  { action: 'sort', keys: ['s'], group: 'find', means: 'sort by the next column', hintOn: lists, hint: 'sort' },
  { action: 'flip', keys: ['S'], group: 'find', means: 'flip the order' },
  { action: 'clear', keys: ['0'], group: 'find', means: 'clear filter and order' },
  {
    action: 'approve',
    keys: ['a'],
    group: 'act',
    means: 'answer the question (asks first)',
    hintOn: ['incident'],
    hint: 'approve',
  },
  {
    action: 'reject',
    keys: ['x'],
    group: 'act',
    means: 'the same question, to reject it',
    hintOn: ['incident'],
    hint: 'reject',
  },
  {
    action: 'own',
    keys: ['o'],
    group: 'act',
    means: 'take ownership of the incident',
    hintOn: ['incident'],
    hint: 'own',
  },
  {
    action: 'pause',
    keys: ['P'],
    group: 'act',
    means: 'pause the agent, or let it go on',
    hintOn: ['overview'],
    hint: 'pause agent',
  },
  { action: 'hold-time', keys: ['space'], group: 'demo', means: 'hold the simulated day, or go on' },
  { action: 'faster', keys: ['+', '='], group: 'demo', means: 'faster' },
  { action: 'slower', keys: ['-'], group: 'demo', means: 'slower' },
  { action: 'quit', keys: ['q'], group: 'move', means: 'quit; the agent goes on', hintOn: ['overview'], hint: 'quit' },
];

const actionOfKey: ReadonlyMap<string, KeyAction> = new Map(
  keymap.flatMap(({ action, keys }) => keys.map((key) => [key, action] as const)),
);

/** What a key does outside of dialogs and prompts; undefined for nothing. */
export function actionOf(key: string): KeyAction | undefined {
  return actionOfKey.get(key);
}

const acting: ReadonlySet<KeyAction> = new Set(['approve', 'reject', 'own', 'pause']);

/** Entries that this screen has: read-only hides what acts, and only a simulated day can be held. */
export function keysShown(isReadOnly: boolean, isDay: boolean): readonly KeyEntry[] {
  return keymap.filter((entry) => !(isReadOnly && acting.has(entry.action)) && (isDay || entry.group !== 'demo'));
}

export function isActing(action: KeyAction): boolean {
  return acting.has(action);
}
