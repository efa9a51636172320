import type { Command, CommandResult } from '../agent/commands.ts';
import type { Picture } from './view-model/picture.ts';

/** Where the screen gets its picture from and hands commands to: a daemon, or a run in the same process. */
export interface UiSource {
  picture(): Picture;
  /** Calls after each change worth a look; returns a function that ends it. */
  onChange(listener: () => void): () => void;
  submit(command: Command): Promise<CommandResult>;
  /** Steers the simulated day; nothing on a real cluster. */
  changeTime(change: 'faster' | 'slower' | 'hold'): void;
  close(): void;
}
