import { z } from 'zod';
import { durationMs } from '../agent/config/units.ts';
import { type EntityKind, type EntityRef, entityKinds } from '../model/entity.ts';
import type { Scope } from './tokens.ts';

/** The table of everything that the API serves. Routes, checks and the OpenAPI document are all made from it. */
export interface Endpoint {
  readonly method: 'get' | 'post';
  /** In Hono's form, with `:id` for a parameter. */
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly needsIdempotencyKey?: true;
  /** Largest body in bytes; commands are small, telemetry is not. */
  readonly bodyBytesMax?: number;
  readonly answers: z.ZodType;
  readonly mediaType?: string;
}

const kibibyte = 1024;
export const commandBytesMax = 64 * kibibyte;
const telemetryBytesMax = 4 * kibibyte * kibibyte;

const why = z.string().min(1).max(500).describe('the reason, kept in the journal');
const reason = z
  .string()
  .max(500)
  .nullish()
  .transform((text) => text ?? null);

/** `kind/id` or `{ kind, id }`. */
const entity = z
  .union([z.strictObject({ kind: z.enum(entityKinds), id: z.string().min(1) }), z.string()])
  .transform((value, context): EntityRef => {
    if (typeof value !== 'string') return value;
    const slash = value.indexOf('/');
    const kind = value.slice(0, slash);
    if (slash > 0 && slash < value.length - 1 && entityKinds.includes(kind as EntityKind)) {
      return { kind: kind as EntityKind, id: value.slice(slash + 1) };
    }
    context.addIssue({
      code: 'custom',
      message: `"${value}" is not an entity; write kind/id, such as instance/worker-3`,
    });
    return z.NEVER;
  });

/** Longest hold or silence, so that nothing is forgotten for ever: 30 days. */
const forMsMax = 30 * 86_400_000;
const forMs = durationMs.refine((ms) => ms > 0 && ms <= forMsMax, 'must be more than nothing and at most 30d');

const series = z.string().min(1).max(300).describe('such as queue/orders:queue.depth');
const command = z.object({ ok: z.literal(true), message: z.string() });
const anyObject = z.looseObject({});

export const endpoints = {
  healthz: { method: 'get', path: '/healthz', scope: 'read', summary: 'Whether the process runs', answers: anyObject },
  readyz: {
    method: 'get',
    path: '/readyz',
    scope: 'read',
    summary: 'Whether the agent sees its cluster',
    answers: anyObject,
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    scope: 'read',
    summary: 'Own metrics in the Prometheus text format',
    answers: z.string(),
    mediaType: 'text/plain',
  },
  openapi: { method: 'get', path: '/openapi.json', scope: 'read', summary: 'This document', answers: anyObject },
  status: {
    method: 'get',
    path: '/v1/status',
    scope: 'read',
    summary: 'What needs people, what is wrong, what was done',
    answers: anyObject,
  },
  incidents: {
    method: 'get',
    path: '/v1/incidents',
    scope: 'read',
    summary: 'Incidents, the open ones first',
    query: z.object({ state: z.enum(['open', 'resolved', 'all']).default('all') }),
    answers: z.object({ incidents: z.array(anyObject) }),
  },
  incident: {
    method: 'get',
    path: '/v1/incidents/:id',
    scope: 'read',
    summary: 'One incident with its timeline',
    answers: anyObject,
  },
  decision: {
    method: 'get',
    path: '/v1/decisions/:id',
    scope: 'read',
    summary: 'Everything that carries one decision id',
    answers: anyObject,
  },
  approvals: {
    method: 'get',
    path: '/v1/approvals',
    scope: 'read',
    summary: 'Questions that wait for people',
    answers: z.object({ approvals: z.array(anyObject) }),
  },
  answer: {
    method: 'post',
    path: '/v1/approvals/:id/answer',
    scope: 'answer',
    summary: 'Approves or denies one plan',
    needsIdempotencyKey: true,
    body: z.strictObject({
      answer: z.enum(['approve', 'deny']),
      planHash: z.string().min(1).describe('of the plan that was shown; an answer for another plan is refused'),
      reason,
    }),
    answers: command,
  },
  revoke: {
    method: 'post',
    path: '/v1/approvals/:id/revoke',
    scope: 'answer',
    summary: 'Takes an approval back before it starts',
    body: z.strictObject({ reason }),
    answers: command,
  },
  own: {
    method: 'post',
    path: '/v1/incidents/:id/own',
    scope: 'answer',
    summary: 'Takes ownership of an incident',
    body: z.strictObject({}),
    answers: command,
  },
  silence: {
    method: 'post',
    path: '/v1/incidents/:id/silence',
    scope: 'answer',
    summary: 'Stops plans and messages for an incident for a while',
    body: z.strictObject({ for: forMs, why }),
    answers: command,
  },
  stopAfterStep: {
    method: 'post',
    path: '/v1/decisions/:id/stop-after-step',
    scope: 'answer',
    summary: 'Ends a running plan after its current step',
    body: z.strictObject({ why }),
    answers: command,
  },
  pause: {
    method: 'post',
    path: '/v1/pause',
    scope: 'admin',
    summary: 'Stops new plans; with `now` every effect',
    body: z.strictObject({ why, now: z.boolean().default(false) }),
    answers: command,
  },
  resume: {
    method: 'post',
    path: '/v1/resume',
    scope: 'admin',
    summary: 'Ends a pause and releases STOP',
    body: z.strictObject({ why }),
    answers: command,
  },
  hold: {
    method: 'post',
    path: '/v1/hold',
    scope: 'admin',
    summary: 'Keeps the agent off an entity for a while',
    body: z.strictObject({ entity, for: forMs, why }),
    answers: command,
  },
  release: {
    method: 'post',
    path: '/v1/release',
    scope: 'admin',
    summary: 'Ends a hold',
    body: z.strictObject({ entity, why }),
    answers: command,
  },
  resetBreaker: {
    method: 'post',
    path: '/v1/breakers/reset',
    scope: 'admin',
    summary: 'Closes the breaker of an entity',
    body: z.strictObject({ entity, why }),
    answers: command,
  },
  resetRecord: {
    method: 'post',
    path: '/v1/records/reset',
    scope: 'admin',
    summary: 'Starts the record of a rule anew',
    body: z.strictObject({ rule: z.string().min(1), why }),
    answers: command,
  },
  pinModel: {
    method: 'post',
    path: '/v1/models/pin',
    scope: 'admin',
    summary: 'Lets one model serve a series whatever the scores say',
    body: z.strictObject({ series, model: z.string().min(1).max(100), why }),
    answers: command,
  },
  unpinModel: {
    method: 'post',
    path: '/v1/models/unpin',
    scope: 'admin',
    summary: 'Lets challengers win a series again',
    body: z.strictObject({ series, why }),
    answers: command,
  },
  rollBackModel: {
    method: 'post',
    path: '/v1/models/rollback',
    scope: 'admin',
    summary: 'Pins the model that served a series before the present one',
    body: z.strictObject({ series, why }),
    answers: command,
  },
  models: {
    method: 'get',
    path: '/v1/models',
    scope: 'read',
    summary: 'The model registry: who serves, who competes, with scores and lineage, and what changed',
    query: z.object({ series: z.string().min(1).optional() }),
    answers: z.object({ models: z.array(anyObject), changes: z.array(anyObject) }),
  },
  inventory: {
    method: 'get',
    path: '/v1/inventory',
    scope: 'read',
    summary: 'The cluster as the agent believes it to be',
    answers: anyObject,
  },
  impact: {
    method: 'get',
    path: '/v1/impact',
    scope: 'read',
    summary: 'What stops if an entity stops',
    query: z.object({ entity: z.string().min(1) }),
    answers: anyObject,
  },
  forecasts: {
    method: 'get',
    path: '/v1/forecasts',
    scope: 'read',
    summary: 'Forecasts and failure predictions, the soonest limit first',
    query: z.object({ entity: z.string().min(1).optional() }),
    answers: z.object({ forecasts: z.array(anyObject), predictions: z.array(anyObject) }),
  },
  events: {
    method: 'get',
    path: '/v1/events',
    scope: 'read',
    summary: 'Journal rows as CloudEvents; resumes after Last-Event-ID',
    query: z.object({ from: z.coerce.number().int().min(0).optional() }),
    answers: z.string(),
    mediaType: 'text/event-stream',
  },
  alertmanager: {
    method: 'post',
    path: '/v1/hooks/alertmanager',
    scope: 'ingest',
    summary: 'Alertmanager webhook, version 4',
    bodyBytesMax: telemetryBytesMax,
    body: anyObject,
    answers: anyObject,
  },
  otlpMetrics: {
    method: 'post',
    path: '/v1/otlp/v1/metrics',
    scope: 'ingest',
    summary: 'OTLP/JSON metrics',
    bodyBytesMax: telemetryBytesMax,
    body: anyObject,
    answers: anyObject,
  },
  otlpLogs: {
    method: 'post',
    path: '/v1/otlp/v1/logs',
    scope: 'ingest',
    summary: 'OTLP/JSON logs',
    bodyBytesMax: telemetryBytesMax,
    body: anyObject,
    answers: anyObject,
  },
  otlpTraces: {
    method: 'post',
    path: '/v1/otlp/v1/traces',
    scope: 'ingest',
    summary: 'OTLP/JSON spans',
    bodyBytesMax: telemetryBytesMax,
    body: anyObject,
    answers: anyObject,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type EndpointName = keyof typeof endpoints;
