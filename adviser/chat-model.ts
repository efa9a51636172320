import type { UsageMetadata } from '@langchain/core/messages';
import type { LanguageModel, ModelAnswer, ModelRequest } from '../agent/ports.ts';

export interface ChatModelOptions {
  /** Such as `https://host/v1`; any server that speaks OpenAI's chat completions. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string;
}

/** A reply longer than this is cut off before anything looks at it, characters. */
const replyMax = 64 * 1024;
/** A response body is read no further than this: a server without end must not fill the memory, bytes. */
const bodyMax = 1024 * 1024;

/**
 * The adviser's model behind LangChain. One try per question: the plan of the rules does not wait, so a retry would only
 * come too late. Every way in which a server can misbehave ends as an answer with a code.
 */
export function chatModel(options: ChatModelOptions): LanguageModel {
  return {
    ask(request, done) {
      askOnce(options, request).then(done, (error: unknown) => done(failure(options.model, error)));
    },
  };
}

async function askOnce(options: ChatModelOptions, request: ModelRequest): Promise<ModelAnswer> {
  // Loading LangChain takes a third of a second and 80 MB: nobody without a model should pay for it.
  const { ChatOpenAI } = await import('@langchain/openai');
  const chat = new ChatOpenAI({
    model: options.model,
    apiKey: options.apiKey,
    temperature: 0,
    maxRetries: 0,
    maxTokens: request.maxCompletionTokens,
    useResponsesApi: false,
    // A redirect would carry the evidence, and perhaps the key, to a server that nobody configured.
    configuration: { baseURL: options.baseUrl, fetch: boundedFetch, fetchOptions: { redirect: 'error' } },
  });
  const messages = [
    { role: 'system', content: request.system },
    { role: 'user', content: request.user },
  ];
  const jsonSchema = { name: 'advice', strict: true, schema: request.replySchema };
  const reply = await chat.invoke(messages, {
    signal: AbortSignal.timeout(request.timeoutMs),
    response_format: { type: 'json_schema', json_schema: jsonSchema },
  });
  const { text } = reply;
  // The declared type of this field resolves to never for this client; the field is there.
  const usage = (reply as unknown as { usage_metadata?: UsageMetadata }).usage_metadata;
  if (text === '') return { ok: false, code: 'NO_TEXT', message: 'the reply has no text', model: options.model };
  return {
    ok: true,
    reply: text.slice(0, replyMax),
    model: options.model,
    promptTokens: usage?.input_tokens ?? 0,
    completionTokens: usage?.output_tokens ?? 0,
  };
}

/** `fetch` whose body fails once it is larger than any reply may be. */
async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  let size = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > bodyMax) controller.error(new Error(`the reply is larger than ${bodyMax} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body?.pipeThrough(bound) ?? null, { status, statusText, headers });
}

/** LangChain and its client throw many classes; what they have in common is a name and, from HTTP, a status. */
function failure(model: string, error: unknown): ModelAnswer {
  const {
    name = 'Error',
    message = String(error),
    status,
  } = error as { name?: string; message?: string; status?: number };
  const timedOut = name === 'TimeoutError' || name === 'AbortError' || name === 'APIConnectionTimeoutError';
  const code = timedOut ? 'TIMEOUT' : status === undefined ? 'NO_ANSWER' : `HTTP_${status}`;
  return { ok: false, code, message: message.split('\n')[0]!.slice(0, 200), model };
}
