import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a scripted server does with one request for an answer. */
export type ScriptedAnswer =
  /** Streams the pieces; between two of them waits for `gate`, when there is one. */
  | {
      readonly kind: 'stream';
      readonly pieces: readonly string[];
      /** What the server says that it took, when it is asked to. */
      readonly usage?: Readonly<Record<string, unknown>>;
      readonly gate?: (piece: number) => Promise<void>;
      /** Sent behind the pieces, each as the `tool_calls` of one chunk, as they are. */
      readonly toolCalls?: readonly (readonly object[])[];
    }
  /** Refuses with a status and OpenAI's error body. */
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string }
  /** Streams the pieces, then tears the connection down. */
  | { readonly kind: 'cut'; readonly pieces: readonly string[] }
  /** Streams the pieces, then ends politely without having said that the answer is complete. */
  | { readonly kind: 'unfinished'; readonly pieces: readonly string[] }
  /** Streams the pieces, then a line that is not JSON. */
  | { readonly kind: 'malformed'; readonly pieces: readonly string[] }
  /** Accepts the request and never answers. */
  | { readonly kind: 'silent' };

/** The fields of a request for an answer that scripts look at. */
export interface ScriptedRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string | null }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly tool_choice?: unknown;
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

export interface ScriptedOpenAiServerOptions {
  /** What `/v1/models` lists; `undefined` answers 404, as servers without a list do. @defaultValue ['scripted'] */
  readonly models?: readonly string[] | undefined;
  readonly answer: (request: ScriptedRequest) => ScriptedAnswer;
}

/** A local HTTP server that speaks OpenAI's streamed chat completions from a script. */
export interface ScriptedOpenAiServer {
  /** For `baseUrl`. */
  readonly baseUrl: string;
  readonly requests: readonly ScriptedRequest[];
  readonly authorizations: readonly (string | undefined)[];
  /** Requests for an answer whose client went away before the end. */
  readonly cancelled: number;
  close(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export async function startScriptedOpenAiServer(
  options: ScriptedOpenAiServerOptions,
): Promise<ScriptedOpenAiServer> {
  const models = 'models' in options ? options.models : ['scripted'];
  const state = {
    requests: [] as ScriptedRequest[],
    authorizations: [] as (string | undefined)[],
    cancelled: 0,
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('error', () => undefined);
    if (request.url === '/v1/models' && models !== undefined) {
      sendJson(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) });
      return;
    }
    if (request.url !== '/v1/chat/completions') {
      sendJson(response, 404, { error: { message: 'no such page' } });
      return;
    }
    const body = JSON.parse(await readBody(request)) as ScriptedRequest;
    state.requests.push(body);
    state.authorizations.push(request.headers.authorization);
    let finished = false;
    response.on('close', () => (state.cancelled += finished ? 0 : 1));
    await play(options.answer(body), response, body.stream_options?.include_usage === true);
    finished = true;
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: state.requests,
    authorizations: state.authorizations,
    get cancelled() {
      return state.cancelled;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function play(answer: ScriptedAnswer, response: ServerResponse, tellsUsage: boolean): Promise<void> {
  switch (answer.kind) {
    case 'refuse':
      sendJson(response, answer.status, { error: { message: answer.message, type: 'scripted' } });
      return;
    case 'silent':
      await new Promise<never>(() => undefined);
      return;
    case 'stream':
    case 'cut':
    case 'unfinished':
    case 'malformed':
      break;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (data: string): Promise<void> =>
    new Promise((resolve, reject) => {
      response.write(`data: ${data}\n\n`, (error) => (error == null ? resolve() : reject(error)));
    });
  for (const [index, content] of answer.pieces.entries()) {
    if (answer.kind === 'stream') await answer.gate?.(index);
    await send(chunk({ content }, null));
  }
  switch (answer.kind) {
    case 'stream':
      for (const calls of answer.toolCalls ?? []) await send(chunk({ tool_calls: calls }, null));
      await send(chunk({}, answer.toolCalls === undefined ? 'stop' : 'tool_calls'));
      if (tellsUsage && answer.usage !== undefined)
        await send(JSON.stringify({ id: 'scripted', choices: [], usage: answer.usage }));
      response.end('data: [DONE]\n\n');
      return;
    case 'cut':
      response.destroy();
      return;
    case 'unfinished':
      response.end();
      return;
    case 'malformed':
      await send('{"choices": [');
      response.end();
  }
}

interface ScriptedDelta {
  readonly content?: string;
  readonly tool_calls?: readonly object[];
}

function chunk(delta: ScriptedDelta, finishReason: 'stop' | 'tool_calls' | null): string {
  const choice = { index: 0, delta, finish_reason: finishReason };
  return JSON.stringify({
    id: 'scripted',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'scripted',
    choices: [choice],
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
