import { createParser } from 'eventsource-parser';
import type { Command } from '../agent/commands.ts';
import { applyRecord, createKnowledge } from '../agent/views/fold.ts';
import type { Overview } from '../agent/views/overview.ts';
import { escapeText } from '../agent/views/text.ts';
import type { Inventory } from '../model/inventory.ts';
import type { AgentRecord, JournalRow } from '../model/record.ts';
import { type ApiPlace, openEvents, readApi, reasonOf, sendCommand } from './api-client.ts';
import type { UiSource } from './source.ts';
import type { Link, Picture } from './view-model/picture.ts';

/** Data ages and clocks are shown in seconds; tables need no more. */
const readEveryMs = 1_000;
/** First wait after the daemon was lost, doubled up to the longest, ms. */
const retryFirstMs = 500;
const retryLongestMs = 5_000;
/** A stream that is silent for longer than three heartbeats of the daemon is taken for dead, ms. */
const silenceMaxMs = 50_000;
const rowsKept = 5_000;
/** Rows that come together make one repaint, ms. */
const gatherMs = 100;

/**
 * The picture of a running daemon: its journal rows, folded here by the agent's own function, and its status. A lost
 * daemon is looked for until it is there again, and rows go on after the last one that was seen.
 */
export function createApiSource(place: ApiPlace): UiSource {
  return new ApiSource(place);
}

class ApiSource implements UiSource {
  readonly #place: ApiPlace;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #knowledge = createKnowledge();
  #rows: JournalRow[] = [];
  #lastSeq = 0;
  #status: Picture['status'] = null;
  #inventory: Inventory | null = null;
  #link: Link;
  #gathering: NodeJS.Timeout | null = null;

  constructor(place: ApiPlace) {
    this.#place = place;
    this.#link = { state: 'connecting', where: place.address(), sinceMs: Date.now(), why: null };
    void this.#follow();
    void this.#poll();
  }

  picture(): Picture {
    return {
      nowMs: Date.now(),
      status: this.#status,
      knowledge: this.#knowledge,
      inventory: this.#inventory,
      rows: this.#rows,
      link: this.#link,
      day: null,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  submit(command: Command) {
    return sendCommand(this.#place, command);
  }

  changeTime(): void {
    // A real cluster has no other time than its own.
  }

  close(): void {
    this.#closing.abort();
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#listeners.clear();
  }

  async #follow(): Promise<void> {
    let waitMs = retryFirstMs;
    while (!this.#closing.signal.aborted) {
      try {
        const stream = await openEvents(this.#place, this.#lastSeq, this.#closing.signal);
        this.#become('attached', null);
        waitMs = retryFirstMs;
        await this.#readRows(stream);
        this.#become('lost', 'the daemon ended the stream');
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#become(this.#status === null ? 'connecting' : 'lost', escapeText(reasonOf(error)));
      }
      await pause(waitMs, this.#closing.signal);
      waitMs = Math.min(retryLongestMs, waitMs * 2);
    }
  }

  async #readRows(stream: ReadableStream<Uint8Array>): Promise<void> {
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (id !== undefined) this.#take(Number(id), JSON.parse(data) as { data: AgentRecord });
      },
    });
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (;;) {
        const silence = AbortSignal.timeout(silenceMaxMs);
        const { done, value } = await Promise.race([reader.read(), rejected(silence)]);
        if (done) return;
        parser.feed(value);
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  #take(seq: number, { data: record }: { readonly data: AgentRecord }): void {
    if (seq <= this.#lastSeq) return;
    this.#lastSeq = seq;
    applyRecord(this.#knowledge, record);
    // The stream carries no hashes; who wants to check the chain asks `homeostat audit verify`.
    this.#rows.push({ seq, atMs: record.atMs, record, prevHash: '', hash: '' });
    if (this.#rows.length > rowsKept) this.#rows.splice(0, this.#rows.length - rowsKept);
    this.#changed();
  }

  /** Status and inventory, which are not in the journal. */
  async #poll(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        const [status, inventory] = await Promise.all([
          readApi(this.#place, '/v1/status'),
          readApi(this.#place, '/v1/inventory'),
        ]);
        this.#status = (status as Overview | null)?.status ?? this.#status;
        this.#inventory = (inventory as Inventory | null) ?? this.#inventory;
        this.#forgetOtherCluster();
      } catch {
        // The event stream says whether the daemon is lost; here only the age of what is shown goes on.
      }
      this.#changed();
      await pause(readEveryMs, this.#closing.signal);
    }
  }

  /** A daemon of another cluster at the same address: what was folded does not belong to it. */
  #forgetOtherCluster(): void {
    const id = this.#status?.clusterId;
    if (this.#cluster !== null && id !== this.#cluster) {
      this.#knowledge = createKnowledge();
      this.#rows = [];
      this.#lastSeq = 0;
    }
    this.#cluster = id ?? null;
  }
  #cluster: string | null = null;

  #become(state: Link['state'], why: string | null): void {
    const sinceMs = state === this.#link.state ? this.#link.sinceMs : Date.now();
    this.#link = { state, where: this.#place.address(), sinceMs, why };
    this.#changed();
  }

  #changed(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      for (const listener of this.#listeners) listener();
    }, gatherMs);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the daemon has gone silent')), { once: true });
  });
}
