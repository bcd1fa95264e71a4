import { z } from 'zod';
import type { KeypadEntry } from '../../pipeline/index.js';
import { rtviLabel } from './messages.js';

const envelope = z.object({
  label: z.literal(rtviLabel),
  type: z.string(),
  id: z.string(),
  data: z.record(z.string(), z.unknown()).nullish(),
});

const answerOptions = z
  .object({ run_immediately: z.boolean().default(true), audio_response: z.boolean().default(true) })
  .nullish();
const sendText = z.object({ content: z.string(), options: answerOptions });
const appendToContext = z.object({
  role: z.enum(['user', 'assistant', 'system', 'developer']).default('user'),
  content: z.string(),
  run_immediately: z.boolean().nullish(),
});
const sendFile = z.object({
  content: z.string(),
  file: z.object({
    format: z.string(),
    name: z.string().nullish(),
    source: z.union([
      z.object({
        bytes: z.string(),
        width: z.number().int().nullish(),
        height: z.number().int().nullish(),
      }),
      z.object({ url: z.string() }),
    ]),
  }),
  options: z
    .object({
      run_immediately: z.boolean().default(true),
      audio_response: z.boolean().default(true),
      custom_options: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});
const clientMessage = z.object({ t: z.string(), d: z.unknown().optional() });
const key = z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '#', '*']);
/** Version 2.0 sent one key as `button`. */
const dtmf = z.union([
  z.object({ buttons: z.array(key).min(1).max(64) }),
  z.object({ button: key }).transform(({ button }) => ({ buttons: [button] })),
]);
const functionCallResult = z.object({
  function_name: z.string(),
  tool_call_id: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  result: z.union([z.record(z.string(), z.unknown()), z.string()]),
});
const uiEvent = z.object({ event: z.string(), payload: z.unknown().optional() });
const uiSnapshot = z.object({ tree: z.record(z.string(), z.unknown()) });
const uiCancel = z.object({ job_id: z.string(), reason: z.string().nullish() });

/** Whether a text is answered at once, and by voice. */
export interface AnswerOptions {
  readonly runImmediately: boolean;
  readonly audioResponse: boolean;
}

/** A file as a client sends it: in the message, or as an address. */
export interface RtviFile {
  /** MIME type. */
  readonly format: string;
  readonly name: string | null;
  readonly source:
    | { readonly kind: 'base64'; readonly base64: string; readonly width: number; readonly height: number }
    | { readonly kind: 'url'; readonly url: string };
}

/** What a client asks for, checked. */
export type RtviRequest = { readonly id: string } & (
  | { readonly type: 'client-ready'; readonly version: string | null; readonly about: unknown }
  | { readonly type: 'disconnect-bot' }
  | ({ readonly type: 'send-text'; readonly content: string } & AnswerOptions)
  | ({
      readonly type: 'send-file';
      readonly content: string;
      readonly file: RtviFile;
      readonly customOptions: Readonly<Record<string, unknown>> | null;
    } & AnswerOptions)
  | {
      readonly type: 'append-to-context';
      readonly role: 'user' | 'assistant' | 'system' | 'developer';
      readonly content: string;
      readonly runImmediately: boolean;
    }
  | { readonly type: 'client-message'; readonly t: string; readonly d: unknown }
  | { readonly type: 'dtmf'; readonly buttons: readonly KeypadEntry[] }
  | {
      readonly type: 'llm-function-call-result';
      readonly functionName: string;
      readonly toolCallId: string;
      readonly args: Readonly<Record<string, unknown>>;
      readonly result: unknown;
    }
  | { readonly type: 'ui-event'; readonly event: string; readonly payload: unknown }
  | { readonly type: 'ui-snapshot'; readonly tree: unknown }
  | { readonly type: 'ui-cancel-job-group'; readonly jobId: string; readonly reason: string | null }
  /** A message that servers send: a Pipecat bot at the other end. Answering it could go on forever. */
  | { readonly type: 'not-for-servers' }
  /** Not a request that this server can serve; `reason` names it without quoting content. */
  | { readonly type: 'refused'; readonly reason: string }
);

/** What only servers send; also all types that begin with `bot-` or `user-`. */
const serverTypes: ReadonlySet<string> = new Set([
  'error',
  'error-response',
  'server-message',
  'server-response',
  'metrics',
  'system-log',
  'stt-raw-text',
  'llm-raw-text',
  'tts-raw-text',
  'llm-function-call',
  'llm-function-call-started',
  'llm-function-call-in-progress',
  'llm-function-call-stopped',
  'vad-user-started-speaking',
  'vad-user-stopped-speaking',
  'ui-command',
  'ui-job-group',
]);

/**
 * Reads a client's message. Never throws.
 *
 * @returns null for a message that is not RTVI's (left alone, as Pipecat does); `'invalid'` for RTVI without type or
 *   id, or whose data is no object
 */
export function parseRtviRequest(message: unknown): RtviRequest | 'invalid' | null {
  if (typeof message !== 'object' || message === null || !('label' in message) || message.label !== rtviLabel)
    return null;
  const parsed = envelope.safeParse(message);
  if (!parsed.success) return 'invalid';
  const { type, id, data } = parsed.data;
  return { id, ...bodyOf(type, data ?? {}) };
}

type Body = RtviRequest extends infer R ? (R extends { readonly id: string } ? Omit<R, 'id'> : never) : never;

function bodyOf(type: string, data: Readonly<Record<string, unknown>>): Body {
  switch (type) {
    case 'client-ready': {
      const { version, about } = data;
      return { type, version: typeof version === 'string' ? version : null, about };
    }
    case 'disconnect-bot':
      return { type };
    case 'send-text':
      return read(sendText, data, 'send-text needs data.content, a text', ({ content, options }) => ({
        type,
        content,
        ...answerOptionsOf(options),
      }));
    case 'send-file':
      return read(
        sendFile,
        data,
        'send-file needs data.content and data.file with format and source',
        ({ content, file, options }) => ({
          type,
          content,
          file: fileOf(file),
          customOptions: options?.custom_options ?? null,
          ...answerOptionsOf(options),
        }),
      );
    case 'append-to-context':
      return read(
        appendToContext,
        data,
        'append-to-context needs data.content, a text',
        ({ role, content, run_immediately }) => ({
          type,
          role,
          content,
          runImmediately: run_immediately ?? false,
        }),
      );
    case 'client-message':
      return read(clientMessage, data, 'client-message needs data.t, a text', ({ t, d }) => ({ type, t, d }));
    case 'dtmf':
      return read(dtmf, data, 'dtmf needs data.buttons, keys of a telephone', ({ buttons }) => ({
        type,
        buttons,
      }));
    case 'llm-function-call-result':
      return read(
        functionCallResult,
        data,
        'llm-function-call-result needs function_name, tool_call_id, arguments and result',
        ({ function_name, tool_call_id, arguments: args, result }) => ({
          type,
          functionName: function_name,
          toolCallId: tool_call_id,
          args,
          result,
        }),
      );
    case 'ui-event':
      return read(uiEvent, data, 'ui-event needs data.event, a text', ({ event, payload }) => ({
        type,
        event,
        payload,
      }));
    case 'ui-snapshot':
      return read(uiSnapshot, data, 'ui-snapshot needs data.tree', ({ tree }) => ({ type, tree }));
    case 'ui-cancel-job-group':
      return read(uiCancel, data, 'ui-cancel-job-group needs data.job_id, a text', ({ job_id, reason }) => ({
        type,
        jobId: job_id,
        reason: reason ?? null,
      }));
    case 'raw-audio':
    case 'raw-audio-batch':
      // Audio that can be read has become frames before it comes here.
      return refused(`${type} needs base64Audio, sampleRate and numChannels`);
    default:
      if (serverTypes.has(type) || /^(?:bot|user)-/.test(type)) return { type: 'not-for-servers' };
      return { type: 'refused', reason: `Unsupported type ${type.slice(0, 60)}` };
  }
}

const refused = (needs: string): Body => ({ type: 'refused', reason: `Invalid message: ${needs}.` });

function read<S extends z.ZodType>(
  schema: S,
  data: unknown,
  needs: string,
  make: (data: z.output<S>) => Body,
): Body {
  const parsed = schema.safeParse(data);
  return parsed.success ? make(parsed.data) : refused(needs);
}

function answerOptionsOf(options: z.output<typeof answerOptions>): AnswerOptions {
  return {
    runImmediately: options?.run_immediately ?? true,
    audioResponse: options?.audio_response ?? true,
  };
}

function fileOf({ format, name, source }: z.output<typeof sendFile>['file']): RtviFile {
  return {
    format,
    name: name ?? null,
    source:
      'url' in source
        ? { kind: 'url', url: source.url }
        : {
            kind: 'base64',
            // Some clients send a whole data URL.
            base64: source.bytes.replace(/^data:[^,]*,/, ''),
            width: source.width ?? 0,
            height: source.height ?? 0,
          },
  };
}
