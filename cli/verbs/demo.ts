import { countOption, type Io, type Options } from '../io.ts';
import { hasTerminal, screenOptions } from '../screen.ts';

/** The day that people see first; the same one every time unless they ask for another. */
const demoSeed = 1;

/** `homeostat demo`: the terminal UI on a terminal, plain lines elsewhere. */
export async function demo(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const seed = countOption(options, 'seed', demoSeed);
  if (io.json || !hasTerminal(io)) {
    const { runDemo } = await import('../../sim/demo.ts');
    return runDemo({ seed, json: io.json, out: io.out });
  }
  return demoOnScreen(io, seed, options);
}

/** The day on the screen; who quits early gets its end without the screen, because the exit code is the run's. */
async function demoOnScreen(io: Io, seed: number, options: Options): Promise<number> {
  const look = screenOptions(io, options);
  const [{ startDemo }, { createDemoSource }, { runTerminalUi }] = await Promise.all([
    import('../../sim/demo.ts'),
    import('../../tui/demo-source.ts'),
    import('../../tui/main.ts'),
  ]);
  const day = startDemo(seed, options.ask === true);
  await runTerminalUi(createDemoSource(day.run), look);
  if (!day.run.isOver()) io.log('running the rest of the day without the screen; Ctrl-C stops it');
  return day.finish(io.out);
}
