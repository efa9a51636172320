import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KillSwitch } from '../ports.ts';

/** The name that people and tools write: `touch STATE_DIR/STOP` is enough. */
const stopFileName = 'STOP';

/**
 * The STOP file in the state directory: it works with database, model and chat all down, and with an empty file that
 * somebody touched by hand. Only the answer "there is no such file in a directory that can be read" means not engaged.
 */
export function fileKillSwitch(stateDir: string): KillSwitch {
  const path = join(stateDir, stopFileName);
  return {
    engaged() {
      try {
        const why = readFileSync(path, 'utf8').trim();
        return why === '' ? `${stopFileName} file in the state directory` : why;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return cannotTell(error);
        return directoryProblem(stateDir);
      }
    },
    engage(why) {
      writeFileSync(path, `${why}\n`, { flush: true });
    },
    release() {
      rmSync(path, { force: true });
    },
  };
}

/** ENOENT alone would also come from a state directory that was unmounted or removed. */
function directoryProblem(stateDir: string): string | null {
  try {
    readFileSync(stateDir);
    return cannotTell(new Error(`${stateDir} is not a directory`));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR' ? null : cannotTell(error);
  }
}

function cannotTell(error: unknown): string {
  return `the kill switch cannot be read: ${(error as Error).message}`;
}

/** A kill switch for simulations. */
export function memoryKillSwitch(): KillSwitch {
  let reason: string | null = null;
  return {
    engaged: () => reason,
    engage(why) {
      reason = why;
    },
    release() {
      reason = null;
    },
  };
}
