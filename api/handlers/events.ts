import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { escapeDeep, isoTime } from '../../agent/views/text.ts';
import type { JournalRow } from '../../model/record.ts';
import type { ApiParts, ApiRequest, Handlers } from '../handler.ts';
import { HttpProblem } from '../problems.ts';

/** Keeps proxies from closing a quiet stream, in ms. */
const heartbeatMs = 15_000;
const rowsAtOnce = 256;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), one CloudEvent per journal row.
 * The journal is the buffer: each client is a position in it, so a slow one costs no memory and loses nothing.
 */
export function eventHandlers(parts: ApiParts): Handlers<'events'> {
  return {
    events: (request) => {
      const fromSeq = firstSeq(parts, request);
      return streamSSE(request.context, (stream) => sendRows(parts, stream, fromSeq));
    },
  };
}

/** After `Last-Event-ID`, from `?from=`, or what comes from now on. */
function firstSeq({ agent }: ApiParts, { context, query }: ApiRequest<'events'>): number {
  const lastId = context.req.header('last-event-id');
  if (lastId !== undefined) {
    if (/^\d{1,15}$/.test(lastId)) return Number(lastId) + 1;
    throw new HttpProblem(422, 'EVENT_ID_UNKNOWN', 'Last-Event-ID is the number of a journal row', {
      hint: 'send 0 for all',
    });
  }
  if (query.from !== undefined) return query.from;
  return agent.headSeq() + 1;
}

async function sendRows({ agent, config, closing }: ApiParts, stream: SSEStreamingApi, fromSeq: number): Promise<void> {
  let nextSeq = fromSeq;
  let wake = () => {};
  const stopListening = agent.onRow(() => wake());
  const heartbeat = setInterval(() => void stream.write(': still here\n\n'), heartbeatMs);
  const end = () => {
    stopListening();
    clearInterval(heartbeat);
    wake();
  };
  stream.onAbort(end);
  closing.addEventListener('abort', end, { once: true });
  while (!stream.aborted && !closing.aborted) {
    // Made before reading, so that a row which comes while we write is not missed.
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const rows = firstRows(agent.rows(nextSeq));
    for (const row of rows) {
      if (stream.aborted || closing.aborted) break;
      await stream.writeSSE({
        id: String(row.seq),
        event: `homeostat.${row.record.type}`,
        data: cloudEvent(row, config.cluster.id),
      });
      nextSeq = row.seq + 1;
    }
    if (rows.length === 0 && !stream.aborted && !closing.aborted) await woken;
  }
  closing.removeEventListener('abort', end);
}

/** A bounded number at once, so that no cursor stays open on the journal while a client is slow. */
function firstRows(rows: Iterable<JournalRow>): JournalRow[] {
  const taken: JournalRow[] = [];
  for (const row of rows) {
    taken.push(row);
    if (taken.length === rowsAtOnce) break;
  }
  return taken;
}

/** CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md). */
function cloudEvent(row: JournalRow, clusterId: string): string {
  const { record } = row;
  return JSON.stringify({
    specversion: '1.0',
    id: String(row.seq),
    source: `homeostat/${encodeURIComponent(clusterId)}`,
    type: `homeostat.${record.type}`,
    subject: subjectOf(record),
    time: isoTime(row.atMs),
    datacontenttype: 'application/json',
    data: escapeDeep(record),
  });
}

function subjectOf(record: JournalRow['record']): string | undefined {
  if ('decisionId' in record && record.decisionId !== null) return record.decisionId;
  if ('incidentId' in record && record.incidentId !== null) return record.incidentId;
  return 'id' in record ? escapeDeep(record.id) : undefined;
}
