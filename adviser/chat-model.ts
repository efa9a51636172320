import type { UsageMetadata } from '@langchain/core/messages';
import { z } from 'zod';
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
  const body = boundedBody();
  const chat = new ChatOpenAI({
    model: options.model,
    apiKey: options.apiKey,
    temperature: 0,
    maxRetries: 0,
    maxTokens: request.maxCompletionTokens,
    useResponsesApi: false,
    // A redirect would carry the evidence, and perhaps the key, to a server that nobody configured.
    configuration: { baseURL: options.baseUrl, fetch: body.fetch, fetchOptions: { redirect: 'error' } },
  });
  const messages = [
    { role: 'system', content: request.system },
    { role: 'user', content: request.user },
  ];
  const jsonSchema = { name: 'advice', strict: true, schema: request.replySchema };
  const signal = AbortSignal.timeout(request.timeoutMs);
  const response_format = { type: 'json_schema', json_schema: jsonSchema } as const;
  try {
    const reply = await chat.invoke(messages, { signal, response_format });
    // The declared type of this field resolves to never for this client; the field is there.
    return answerOf(options, reply.text, (reply as unknown as { usage_metadata?: UsageMetadata }).usage_metadata);
  } catch (error) {
    // The client throws a reply that is no JSON away; the record of what the model said keeps it.
    const said = completion.safeParse(body.json()).data;
    if (said === undefined) throw error;
    const { prompt_tokens, completion_tokens } = said.usage ?? {};
    const usage = { input_tokens: prompt_tokens ?? 0, output_tokens: completion_tokens ?? 0 };
    return answerOf(options, said.choices[0]!.message.content, usage);
  }
}

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }).optional(),
});

type Usage = Pick<UsageMetadata, 'input_tokens' | 'output_tokens'>;

function answerOf(options: ChatModelOptions, text: string, usage: Usage | undefined): ModelAnswer {
  if (text === '') return { ok: false, code: 'NO_TEXT', message: 'the reply has no text', model: options.model };
  return {
    ok: true,
    reply: text.slice(0, replyMax),
    model: options.model,
    promptTokens: usage?.input_tokens ?? 0,
    completionTokens: usage?.output_tokens ?? 0,
  };
}

/** A `fetch` that fails where the body is larger than any reply may be, and knows the body that it handed over last. */
function boundedBody() {
  let text = '';
  return {
    async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const response = await fetch(input, init);
      text = response.body === null ? '' : await readBounded(response.body);
      const { status, statusText, headers } = response;
      return new Response(text, { status, statusText, headers });
    },
    json(): unknown {
      try {
        return JSON.parse(text);
      } catch {
        return null;
      }
    },
  };
}

/** To throw leaves the loop, which ends the connection: nothing more is taken from it. */
async function readBounded(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > bodyMax) throw new Error(`the reply is larger than ${bodyMax} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
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
