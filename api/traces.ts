import { createHash, randomBytes } from 'node:crypto';
import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AgentFace } from '../agent/views/face.ts';
import { type DecisionTrace, decisionTrace } from '../agent/views/trace.ts';
import type { DecisionId } from '../model/entity.ts';
import type { AgentRecord, JournalRow } from '../model/record.ts';
import { version } from './version.ts';

export interface TraceExport {
  /** Sends the trace of every decision that this row ends. */
  readonly see: (row: JournalRow) => void;
  /** Sends what is left; a receiver that is away loses it, and nothing else waits. */
  readonly close: () => Promise<void>;
}

/** Longest wait for the receiver, retries included, ms. */
const exportTimeoutMs = 3_000;

/** Sends one trace per ended decision to an OTLP/HTTP receiver, which is told as `http://host:4318`. */
export function exportTraces(
  endpoint: string,
  clusterId: string,
  agent: AgentFace,
  timeoutMillis = exportTimeoutMs,
): TraceExport {
  const ids = createIds();
  const provider = new TracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({
      'service.name': 'homeostat',
      'service.version': version,
      'homeostat.cluster.id': clusterId,
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis }),
      }),
    ],
  });
  const tracer = provider.getTracer('homeostat', version);
  const sent = new Set<DecisionId>();

  const send = (id: DecisionId) => {
    const made = sent.has(id) ? null : decisionTrace(agent.knowledge(), id);
    if (made === null) return;
    sent.add(id);
    ids.traceId = traceIdOf(clusterId, id);
    sendTrace(made, id);
  };
  const sendTrace = (made: DecisionTrace, id: DecisionId) => {
    const root = tracer.startSpan(
      `decision ${id}`,
      { startTime: made.startMs, attributes: made.attributes },
      ROOT_CONTEXT,
    );
    const parent = trace.setSpan(ROOT_CONTEXT, root);
    for (const part of made.spans) {
      const child = tracer.startSpan(part.name, { startTime: part.startMs, attributes: part.attributes }, parent);
      end(child, part.endMs, part.failed);
    }
    end(root, made.endMs, made.failed);
  };
  return {
    see: ({ record }) => {
      for (const id of endedBy(record, agent)) send(id);
    },
    // The exporter tells of a receiver that is away by rejecting; there is nobody left to do anything about it.
    close: () => provider.shutdown().catch(() => {}),
  };
}

function end(span: Span, endMs: number, failed: boolean): void {
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endMs);
}

/** Decisions that come to their end with this record: by an outcome, by an answer that is no, or with their incident. */
function endedBy(record: AgentRecord, agent: AgentFace): readonly DecisionId[] {
  if (record.type === 'outcome') return [record.decisionId];
  if (record.type === 'approval') {
    return record.state === 'requested' || record.state === 'approved' ? [] : [record.id];
  }
  if (record.type !== 'incident' || record.resolvedAtMs === null) return [];
  const { decisions } = agent.knowledge();
  return record.decisionIds.filter((id) => {
    const decision = decisions.get(id);
    return decision !== undefined && (decision.actions.size === 0 || decision.outcome !== null);
  });
}

/** The same decision has the same trace id wherever it is asked for, so that every face can name it. */
export function traceIdOf(clusterId: string, id: DecisionId): string {
  return createHash('sha256').update(`${clusterId}/${id}`).digest('hex').slice(0, 32);
}

function createIds() {
  return {
    traceId: '',
    generateTraceId(): string {
      return this.traceId;
    },
    generateSpanId: () => randomBytes(8).toString('hex'),
  };
}
