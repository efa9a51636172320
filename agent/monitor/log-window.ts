import type { EntityKey, EntityRef } from '../../model/entity.ts';
import { entityKey } from '../../model/entity.ts';
import type { LogLine } from '../../model/observation.ts';
import { readsAsOrder } from '../analyze/logs/orders.ts';
import { anySystem, TemplateMiner } from '../analyze/logs/template-miner.ts';

/** Lines of one entity and one template since the last take. Handles and counts leave the monitor, never text. */
export interface LogTally {
  readonly entity: EntityRef;
  /** Handle of the template; `LogWindow.templateOf` says which it belongs to by now. */
  readonly handle: number;
  lines: number;
  /** Of them, logged as an error. */
  errors: number;
  /** Of them, addressed to the reader. */
  orders: number;
}

export interface LogWindowOptions {
  /** Kinds of line kept; when full, all are learned anew. */
  readonly maxForms: number;
  /** Kinds of line that one entity may add in an hour; what goes beyond shares one template. */
  readonly maxFormsPerHour: number;
  /** Pairs of entity and template between two takes; lines beyond are only counted. */
  readonly maxTallies: number;
}

const defaults: LogWindowOptions = { maxForms: 5_000, maxFormsPerHour: 200, maxTallies: 5_000 };

const hourMs = 3_600_000;
const maxEntities = 20_000;
// What one line may cost, and how much of it the miner may keep.
const maxLineLength = 1_000;

/** Log lines as templates and counts. Its memory is bounded whatever is logged, by everybody or by one. */
export class LogWindow {
  /** Grows when templates are learned anew: handles of an earlier one mean nothing. */
  generation = 0;
  /** Lines that no tally could take. */
  dropped = 0;
  readonly #options: LogWindowOptions;
  #miner: TemplateMiner;
  #tallies = new Map<string, LogTally>();
  readonly #learned = new Map<EntityKey, { hour: number; forms: number }>();

  constructor(options: Partial<LogWindowOptions> = {}) {
    this.#options = { ...defaults, ...options };
    this.#miner = new TemplateMiner({ ...anySystem, maxForms: this.#options.maxForms });
  }

  observe(line: LogLine, nowMs: number): void {
    const owner = entityKey(line.entity);
    const text = line.text.slice(0, maxLineLength);
    const handle = this.#mine(text, owner, nowMs);
    const key = `${owner} ${handle}`;
    const known = this.#tallies.get(key);
    if (known === undefined && this.#tallies.size >= this.#options.maxTallies) {
      this.dropped += 1;
      return;
    }
    const tally = known ?? { entity: line.entity, handle, lines: 0, errors: 0, orders: 0 };
    tally.lines += 1;
    if (line.severity === 'error' || line.severity === 'fatal') tally.errors += 1;
    if (readsAsOrder(text)) tally.orders += 1;
    this.#tallies.set(key, tally);
  }

  /** Hands over what was counted since the last call. */
  take(): readonly LogTally[] {
    if (this.#tallies.size === 0) return [];
    const taken = [...this.#tallies.values()];
    this.#tallies = new Map();
    if (this.#miner.forms >= this.#options.maxForms) {
      this.#miner = new TemplateMiner({ ...anySystem, maxForms: this.#options.maxForms });
      this.generation += 1;
      return [];
    }
    return taken;
  }

  /** Number of the template that a handle belongs to: templates merge as more lines are seen. */
  templateOf(handle: number): number {
    return this.#miner.clusterOf(handle);
  }

  #mine(text: string, owner: EntityKey, nowMs: number): number {
    const hour = Math.floor(nowMs / hourMs);
    let learned = this.#learned.get(owner);
    if (learned === undefined || learned.hour !== hour) {
      if (this.#learned.size >= maxEntities) this.#learned.clear();
      learned = { hour, forms: 0 };
      this.#learned.set(owner, learned);
    }
    const before = this.#miner.forms;
    const handle = this.#miner.add(text, learned.forms < this.#options.maxFormsPerHour);
    if (this.#miner.forms > before) learned.forms += 1;
    return handle;
  }
}
