import { useApp, useInput, useWindowSize } from 'ink';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { UiSource } from '../source.ts';
import type { Theme } from '../theme.ts';
import { frameLines } from '../view-model/frame.ts';
import type { View } from '../view-model/glyphs.ts';
import type { Picture } from '../view-model/picture.ts';
import { reduceAnswer, reduceKey, reduceRefresh } from '../view-model/reduce.ts';
import { initialUi, type UiState } from '../view-model/ui-state.ts';
import { keysOf } from './keys.ts';
import { Screen } from './screen.tsx';

export interface AppProps {
  readonly source: UiSource;
  readonly theme: Theme;
  readonly look: Omit<View, 'columns' | 'rows'>;
}

/** Joins source, state and screen: keys go through the reducer, pictures through the view-model. */
export function App({ source, theme, look }: AppProps) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const ui = useRef<UiState>(initialUi());
  const frozen = useRef<Picture | null>(null);
  const [, redraw] = useState(0);
  const view: View = { ...look, columns, rows };

  const show = useCallback(
    (next: UiState) => {
      if (next.isFrozen !== ui.current.isFrozen)
        frozen.current = next.isFrozen ? structuredClone(source.picture()) : null;
      ui.current = next;
      redraw((count) => count + 1);
    },
    [source],
  );

  useEffect(() => source.onChange(() => show(reduceRefresh(ui.current, source.picture()))), [source, show]);

  useInput((input, key) => {
    for (const name of keysOf(input, key)) {
      const { ui: next, effect } = reduceKey(ui.current, name, frozen.current ?? source.picture(), view);
      show(next);
      if (effect?.type === 'quit') exit();
      if (effect?.type === 'time') source.changeTime(effect.change);
      if (effect?.type === 'submit') {
        void source.submit(effect.command).then((result) => show(reduceAnswer(ui.current, result)));
      }
    }
  });

  return <Screen lines={frameLines(frozen.current ?? source.picture(), ui.current, view)} theme={theme} />;
}
