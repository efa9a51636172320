import type { AgentStatus } from '../../agent/views/face.ts';
import type { Knowledge } from '../../agent/views/fold.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { JournalRow } from '../../model/record.ts';

/** Whether what the screen shows is still fed. */
export interface Link {
  readonly state: 'connecting' | 'attached' | 'lost';
  /** The address, or `simulated`. */
  readonly where: string;
  /** When it came to this state, Unix ms. */
  readonly sinceMs: number;
  readonly why: string | null;
}

/** A run in virtual time that the screen can steer. */
export interface DayProgress {
  /** 0..1 of the day. */
  readonly ratio: number;
  /** Virtual time over real time. */
  readonly speed: number;
  readonly isHeld: boolean;
  readonly isOver: boolean;
}

/** Everything that a screen is drawn from, at one moment. */
export interface Picture {
  /** The agent's clock, Unix ms. */
  readonly nowMs: number;
  /** null before the first contact. */
  readonly status: AgentStatus | null;
  readonly knowledge: Knowledge;
  readonly inventory: Inventory | null;
  /** The newest journal rows, oldest first; how many are kept is the source's choice. */
  readonly rows: readonly JournalRow[];
  readonly link: Link;
  readonly day: DayProgress | null;
}
