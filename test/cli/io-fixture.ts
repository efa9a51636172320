import type { Io } from '../../cli/io.ts';

/** A verb's surroundings in a folder of its own, without a person or a configuration; what it prints goes to `out`. */
export function ioIn(workDir: string, out: string[], json = true): Io {
  return {
    out: (text) => void out.push(text),
    log: () => {},
    ask: null,
    json,
    color: false,
    env: {},
    workDir,
    configFile: null,
    nowMs: () => 0,
  };
}
