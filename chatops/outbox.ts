import type { Clock, Timer } from '../agent/ports.ts';
import type { DecisionId, IncidentId } from '../model/entity.ts';
import { linesMessage, type Message } from './message.ts';
import type { ChatPort, Delivery } from './port.ts';
import type { Card, ChatStore, Note } from './store.ts';

/** Shortest time between two edits of one message, ms. */
const editGapMs = 3_000;
/** Most lines of one message in a thread; the rest follows in the next. */
const linesMax = 10;

/** An incident's message, with the decision and plan that it shows. */
export interface Drawn {
  readonly message: Message;
  readonly decisionId: DecisionId | null;
  readonly planHash: string | null;
}

export interface OutboxOptions {
  readonly port: ChatPort;
  readonly store: ChatStore;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Draws an incident as it is now; null where it is no longer known. */
  readonly draw: (incidentId: IncidentId) => Drawn | null;
  readonly onProblem: (problem: string) => void;
}

interface Job {
  readonly dueAtMs: number;
  run(): Promise<void>;
}

/**
 * The only writer of messages. What is to be said is in the store; this sends it, one at a time, an incident's message
 * before the lines of its thread. Delivery is at least once: a crash between a post and its receipt posts again.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #running: Promise<void> | null = null;
  #again = false;
  /** The platform takes nothing before this time. */
  #notBeforeMs = 0;
  /** Incidents whose message, as this process wrote it, offers a question. */
  readonly #asking = new Set<IncidentId>();
  /** Incidents whose message was refused wait alone, so that one bad message does not silence the others. */
  readonly #heldUntilMs = new Map<IncidentId | null, number>();
  #stopped = false;
  #cancelTimer: () => void = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** There may be something to send. */
  wake(): void {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** When all that is due has been sent. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.idle();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const job = this.#next();
      if (job === null) continue;
      const dueAtMs = Math.max(job.dueAtMs, this.#notBeforeMs);
      if (dueAtMs <= this.#options.clock.nowMs()) {
        await job.run();
        this.#again = true;
        continue;
      }
      this.#cancelTimer();
      this.#cancelTimer = this.#options.timer.setAt(dueAtMs, () => this.wake());
    }
  }

  /** What is due first. */
  #next(): Job | null {
    const { store } = this.#options;
    const cards = store.unwritten().map((card): Job => {
      const isFree = card.messageId === null || this.#offersEndedQuestion(card.incidentId);
      const gapEndMs = isFree ? 0 : card.writtenAtMs + editGapMs;
      return { dueAtMs: Math.max(gapEndMs, this.#heldUntil(card.incidentId)), run: () => this.#write(card) };
    });
    const jobs = [...cards, ...this.#noteJobs(store.notes())];
    return jobs.toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0] ?? null;
  }

  /** A button that no longer counts is taken away at once, whatever was written a moment ago. */
  #offersEndedQuestion(incidentId: IncidentId): boolean {
    return this.#asking.has(incidentId) && !asks(this.#options.draw(incidentId));
  }

  /** Lines of one incident that wait together go out together. */
  #noteJobs(notes: readonly Note[]): Job[] {
    const firstOf = new Map(notes.toReversed().map((note) => [note.incidentId, note]));
    const sendable = [...firstOf.values()].filter(
      ({ incidentId }) => incidentId === null || this.#threadOf(incidentId) !== null,
    );
    return sendable.map((first) => this.#noteJob(first, notes));
  }

  #noteJob(first: Note, notes: readonly Note[]): Job {
    const together = notes.filter(
      (note) => note.incidentId === first.incidentId && note.alsoInChannel === first.alsoInChannel,
    );
    return { dueAtMs: this.#heldUntil(first.incidentId), run: () => this.#say(together.slice(0, linesMax)) };
  }

  #heldUntil(incidentId: IncidentId | null): number {
    return this.#heldUntilMs.get(incidentId) ?? 0;
  }

  #threadOf(incidentId: IncidentId): string | null {
    return this.#options.store.card(incidentId)?.messageId ?? null;
  }

  async #write(card: Card): Promise<void> {
    const { store, port, clock, draw } = this.#options;
    const drawn = draw(card.incidentId);
    if (drawn === null) return store.wrote(card, card.messageId, clock.nowMs(), card);
    const shown = { shownDecisionId: drawn.decisionId, shownPlanHash: drawn.planHash };
    const delivery =
      card.messageId === null
        ? await port.post(drawn.message, { threadId: null, alsoInChannel: false })
        : await port.edit(card.messageId, drawn.message);
    if (!delivery.ok) return this.#failed(delivery, card.incidentId);
    store.wrote(card, delivery.messageId, clock.nowMs(), shown);
    if (asks(drawn)) this.#asking.add(card.incidentId);
    else this.#asking.delete(card.incidentId);
  }

  async #say(notes: readonly Note[]): Promise<void> {
    const { store, port } = this.#options;
    const { incidentId, alsoInChannel } = notes[0]!;
    const threadId = incidentId === null ? null : this.#threadOf(incidentId);
    const [title, ...lines] = notes.map(({ text }) => text);
    const delivery = await port.post(linesMessage(title!, lines), { threadId, alsoInChannel });
    if (!delivery.ok) return this.#failed(delivery, incidentId);
    if (incidentId !== null && delivery.threadId !== threadId) {
      // The incident's message was deleted: the platform put the line into the channel without saying so.
      await port.remove(delivery.messageId);
      return store.lost(incidentId);
    }
    store.sent(notes);
  }

  #failed(delivery: Delivery & { ok: false }, incidentId: IncidentId | null): void {
    if (delivery.code === 'gone' && incidentId !== null) {
      this.#options.store.lost(incidentId);
      return;
    }
    const againAtMs = this.#options.clock.nowMs() + delivery.retryAfterMs;
    if (delivery.code === 'busy') {
      this.#notBeforeMs = againAtMs;
      return;
    }
    this.#heldUntilMs.set(incidentId, againAtMs);
    this.#options.onProblem(delivery.detail);
  }
}

function asks(drawn: Drawn | null): boolean {
  return drawn?.message.buttons.some(({ verb }) => verb === 'approve') ?? false;
}
