import type { UiSource } from './source.ts';
import { type ThemeName, themeOf } from './theme.ts';
import { asciiGlyphs, blockGlyphs } from './view-model/glyphs.ts';

export interface TerminalUiOptions {
  readonly theme: ThemeName;
  /** Value of the environment variable NO_COLOR. */
  readonly noColor: string | undefined;
  readonly isAscii: boolean;
  readonly isPlain: boolean;
  readonly isReadOnly: boolean;
}

/** Shows the terminal UI on this process' terminal until the person quits. */
export async function runTerminalUi(source: UiSource, options: TerminalUiOptions): Promise<void> {
  // React reads this once, when it loads: its development build takes twice the time per frame.
  process.env.NODE_ENV ??= 'production';
  const { mount } = await import('./components/mount.tsx');
  const { isAscii, isPlain, isReadOnly, theme, noColor } = options;
  const look = { glyphs: isAscii ? asciiGlyphs : blockGlyphs, isPlain, isReadOnly };
  const app = mount({ source, theme: themeOf(theme, noColor), look });
  try {
    await app.waitUntilExit();
  } finally {
    source.close();
  }
}
