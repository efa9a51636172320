import { countOption, type Io, type Options } from '../io.ts';

/** The day that people see first; the same one every time unless they ask for another. */
const demoSeed = 1;

/** `homeostat demo`. */
export async function demo(io: Io, _args: readonly string[], options: Options): Promise<number> {
  const { runDemo } = await import('../../sim/demo.ts');
  return runDemo({ seed: countOption(options, 'seed', demoSeed), json: io.json, out: io.out });
}
