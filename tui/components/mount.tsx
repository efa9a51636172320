import { type Instance, render } from 'ink';
import { App, type AppProps } from './app.tsx';

/** More frames a second nobody reads. */
const framesPerSecondMax = 10;

/** Puts the terminal UI on this process' terminal. */
export function mount(props: AppProps): Instance {
  return render(<App {...props} />, {
    alternateScreen: !props.look.isPlain,
    // Decided by who calls: Ink alone would take a terminal with CI=1 for none.
    interactive: true,
    incrementalRendering: true,
    maxFps: framesPerSecondMax,
    patchConsole: false,
  });
}
