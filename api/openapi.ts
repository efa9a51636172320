import { z } from 'zod';
import { type Endpoint, endpoints } from './endpoints.ts';
import { version } from './version.ts';

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), whose schemas are plain JSON Schema. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method]: operation(name, endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Homeostat', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: z.toJSONSchema(problem) },
    },
  };
}

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('stable'),
  hint: z.string().nullable().describe('what to do next'),
  errors: z
    .array(z.object({ code: z.string(), message: z.string(), where: z.string(), hint: z.string().nullable() }))
    .optional()
    .describe('every mistake of the body'),
});

const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

function operation(name: string, endpoint: Endpoint): Record<string, unknown> {
  const { body } = endpoint;
  return {
    operationId: name,
    summary: endpoint.summary,
    description: `Scope: ${endpoint.scope}.`,
    parameters: parametersOf(endpoint),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } } }),
    responses: {
      200: {
        description: 'Done',
        content: { [endpoint.mediaType ?? 'application/json']: { schema: jsonSchema(endpoint.answers) } },
      },
      default: {
        description: 'Not done, with the reason and a hint',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parametersOf(endpoint: Endpoint): unknown[] {
  const text = { type: 'string' };
  const parameters: unknown[] = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }));
  const query = endpoint.query === undefined ? {} : (jsonSchema(endpoint.query).properties ?? {});
  for (const [name, schema] of Object.entries(query)) parameters.push({ name, in: 'query', schema });
  if (endpoint.needsIdempotencyKey) {
    parameters.push({ name: 'Idempotency-Key', in: 'header', required: true, schema: text });
  }
  return parameters;
}
