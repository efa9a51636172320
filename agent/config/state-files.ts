import { join } from 'node:path';

/** Where a state directory keeps what; the same for the daemon, the command line and a person with a shell. */
export function stateFiles(stateDir: string): {
  readonly journal: string;
  readonly lease: string;
  readonly models: string;
} {
  return {
    journal: join(stateDir, 'journal.db'),
    lease: join(stateDir, 'lease.db'),
    models: join(stateDir, 'models.db'),
  };
}
