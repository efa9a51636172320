import type { Context } from 'hono';
import type { z } from 'zod';
import type { Config } from '../agent/config.ts';
import type { AgentFace, Clock } from '../agent/views/face.ts';
import type { AccessEnv } from './access.ts';
import type { EndpointName, endpoints } from './endpoints.ts';
import type { OwnMetrics } from './metrics.ts';

/** What handlers may reach. */
export interface ApiParts {
  readonly config: Config;
  readonly agent: AgentFace;
  readonly clock: Clock;
  readonly metrics: OwnMetrics;
  /** Aborts when the API closes, so that streams end. */
  readonly closing: AbortSignal;
}

type Parsed<Name extends EndpointName, Part extends 'body' | 'query'> = (typeof endpoints)[Name] extends {
  readonly [Key in Part]: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : undefined;

/** A request that passed every check of its row in the table. */
export interface ApiRequest<Name extends EndpointName> {
  readonly context: Context<AccessEnv>;
  /** The `:id` of the path, empty where it has none. */
  readonly id: string;
  readonly body: Parsed<Name, 'body'>;
  readonly query: Parsed<Name, 'query'>;
}

/** Answers with plain data, which is sent as JSON, or with a response of its own. */
export type Handler<Name extends EndpointName> = (
  request: ApiRequest<Name>,
) => Response | object | Promise<Response | object>;

export type Handlers<Names extends EndpointName> = { readonly [Name in Names]: Handler<Name> };
