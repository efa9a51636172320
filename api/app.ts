import { type Context, Hono } from 'hono';
import { type AccessEnv, checkAccess } from './access.ts';
import { checkedBody, readJson } from './body.ts';
import type { EndpointName } from './endpoints.ts';
import { commandBytesMax, type Endpoint, endpoints } from './endpoints.ts';
import type { ApiParts, ApiRequest, Handler, Handlers } from './handler.ts';
import { commandHandlers } from './handlers/commands.ts';
import { eventHandlers } from './handlers/events.ts';
import { ingestHandlers } from './handlers/ingest.ts';
import { readHandlers } from './handlers/reads.ts';
import { HttpProblem, problemResponse } from './problems.ts';
import type { Token } from './tokens.ts';

/** Every row of the table with its checks and its handler. */
export function createApp(parts: ApiParts, tokens: readonly Token[]): Hono<AccessEnv> {
  const handlers: Handlers<EndpointName> = {
    ...readHandlers(parts),
    ...commandHandlers(parts),
    ...eventHandlers(parts),
    ...ingestHandlers(parts),
  };
  const { tls } = parts.config.api;
  const rules = {
    tokens,
    subjects: tls?.clients?.subjects ?? null,
    hostNames: [parts.config.api.host, ...parts.config.api.hosts],
  };
  const app = new Hono<AccessEnv>();
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const endpoint: Endpoint = endpoints[name];
    // The table types each handler by its own row; past this line they are all called alike.
    const handler = handlers[name] as unknown as Handler<never>;
    app.on(endpoint.method.toUpperCase(), endpoint.path, checkAccess(rules, endpoint.scope), (context) =>
      answer(context, endpoint, handler),
    );
  }
  app.all('*', checkAccess(rules, 'read'), (context) => {
    throw new HttpProblem(404, 'NO_SUCH_PATH', `nothing is served under ${context.req.path}`, {
      hint: 'see /openapi.json',
    });
  });
  app.onError((error) => problemResponse(error instanceof HttpProblem ? error : unforeseen(error)));
  return app;
}

async function answer(context: Context<AccessEnv>, endpoint: Endpoint, handler: Handler<never>): Promise<Response> {
  if (endpoint.needsIdempotencyKey && !context.req.header('idempotency-key')) {
    throw new HttpProblem(422, 'IDEMPOTENCY_KEY_MISSING', 'this command needs an Idempotency-Key header', {
      hint: 'send a new random key per attempt, and the same one when you repeat it',
    });
  }
  const request = {
    context,
    id: context.req.param('id') ?? '',
    query: endpoint.query === undefined ? undefined : checkedBody(endpoint.query, context.req.query()),
    body: endpoint.body === undefined ? undefined : await checkedRequestBody(context, endpoint),
  };
  const answered = await handler(request as unknown as ApiRequest<never>);
  return answered instanceof Response ? answered : context.json(answered);
}

async function checkedRequestBody(context: Context, endpoint: Endpoint): Promise<unknown> {
  const data = await readJson(context.req.raw, endpoint.bodyBytesMax ?? commandBytesMax);
  return checkedBody(endpoint.body!, data);
}

/** A fault of ours: told in the log in full, and to the caller without what it may give away. */
function unforeseen(error: Error): HttpProblem {
  console.error(error);
  return new HttpProblem(500, 'FAILED', 'the request failed inside Homeostat', { hint: 'see the log of the daemon' });
}
