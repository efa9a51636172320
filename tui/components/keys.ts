import type { Key } from 'ink';

const named: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageDown', 'pagedown'],
  ['pageUp', 'pageup'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/** Names of the keys in one event; what was pasted or typed fast arrives as one text and is taken apart. */
export function keysOf(input: string, key: Key): string[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  const special = named.find(([flag]) => key[flag] === true);
  if (special !== undefined) return [special[1]];
  if (key.ctrl) return [`ctrl-${input}`];
  if (key.meta) return [];
  return [...input].flatMap(keyOfCharacter);
}

/** Control characters that keys send (ECMA-48); the others mean nothing here. */
const controls: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\b': 'backspace',
  '\x7f': 'backspace',
  '\x1b': 'esc',
  '\x04': 'ctrl-d',
  '\x15': 'ctrl-u',
};

function keyOfCharacter(character: string): string[] {
  const control = controls[character];
  if (control !== undefined) return [control];
  return character < ' ' ? [] : [character];
}
