import type { z } from 'zod';
import { fieldName } from '../agent/config/document.ts';
import { HttpProblem } from './problems.ts';

/** Plain data checked against a schema; all its mistakes in one problem document. */
export function checkedBody<Schema extends z.ZodType>(schema: Schema, data: unknown): z.output<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    code: 'FIELD_NOT_VALID',
    message: issue.message,
    where: fieldName(issue.path),
    hint: null,
  }));
  const first = problems[0]!;
  throw new HttpProblem(422, 'NOT_VALID', `${first.where}: ${first.message}`, { hint: 'see /openapi.json', problems });
}

/** The body as plain data; refuses what is larger than `bytesMax` while it reads. */
export async function readJson(request: Request, bytesMax: number): Promise<unknown> {
  const text = await readText(request, bytesMax);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpProblem(400, 'NOT_JSON', `the body is not JSON: ${error.message}`, { hint: 'send a JSON object' });
  }
}

async function readText(request: Request, bytesMax: number): Promise<string> {
  const tooLarge = () =>
    new HttpProblem(413, 'TOO_LARGE', `at most ${bytesMax} bytes are taken`, { hint: 'send less at once' });
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
