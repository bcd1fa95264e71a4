import { z } from 'zod';

import type { EngineInfo, TokenUsage } from '../../engines/interfaces.js';
import type { ErrorCode } from '../../errors.js';
import type { FactView, Recall, Remembered } from '../../memory/memory.js';

/** The version of the protocol that `docs/bridge.md` describes; a client names it in its `hello`. */
export const bridgeVersion = 1;

/** Bytes before the audio of a binary message: the request's id, unsigned, little-endian. */
export const audioHeaderBytes = 4;

/** Chosen by the client; fits the header of a binary message. */
const id = z.int().min(1).max(0xffff_ffff);
const user = z.string().max(128).optional();
const milliseconds = z.number().min(0).max(600_000);
const unixMs = z.number().min(-8.64e15).max(8.64e15);
const text = z.string().max(1_000_000);

const hello = z.object({ type: z.literal('hello'), version: z.number() });

const cancel = z.object({ type: z.literal('cancel'), id });

const recall = z.object({
  type: z.literal('memory.recall'),
  id,
  user,
  query: text,
  budgetTokens: z.int().min(1).max(1_000_000).optional(),
  maxItems: z.int().min(1).max(1000).optional(),
  minItems: z.int().min(0).max(1000).optional(),
  deadlineMs: milliseconds.optional(),
  depth: z.enum(['fast', 'medium', 'deep']).optional(),
  form: z.enum(['lines', 'compact']).optional(),
  atMs: unixMs.optional(),
});

const remember = z.object({
  type: z.literal('memory.remember'),
  id,
  user,
  role: z.enum(['user', 'assistant']),
  text,
  speaker: z.string().max(128).optional(),
  atMs: unixMs.optional(),
  session: z.string().max(256).optional(),
  interrupted: z.boolean().optional(),
});

const reinforce = z.object({
  type: z.literal('memory.reinforce'),
  id,
  user,
  turnIds: z.array(z.int().min(1)).max(1000),
  inFull: z.boolean().optional(),
});

const facts = z.object({ type: z.literal('memory.facts'), id, user, history: z.boolean().optional() });

const transcribe = z.object({
  type: z.literal('stt.transcribe'),
  id,
  sampleRateHz: z.int().min(4000).max(192_000).optional(),
  prompt: z.string().max(2000).optional(),
});

const transcribeEnd = z.object({ type: z.literal('stt.end'), id });

/** A function's name as every model takes it. */
const toolName = z.string().regex(/^[\w-]{1,64}$/u);
const callId = z.string().min(1).max(256);

const chatMessage = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content: text }),
  z.object({
    role: z.literal('assistant'),
    content: text,
    /** What it has called; each is answered by a message of the role `tool`. */
    toolCalls: z
      .array(z.object({ id: callId, name: toolName, arguments: text }))
      .max(128)
      .optional(),
  }),
  z.object({ role: z.literal('tool'), content: text, toolCallId: callId }),
]);

const generate = z.object({
  type: z.literal('llm.generate'),
  id,
  messages: z.array(chatMessage).min(1).max(10_000),
  maxTokens: z.int().min(1).max(100_000).optional(),
  tools: z
    .array(
      z.object({
        name: toolName,
        description: z.string().max(10_000),
        parameters: z.record(z.string(), z.unknown()),
      }),
    )
    .max(128)
    .optional(),
  toolChoice: z.union([z.enum(['auto', 'none', 'required']), z.object({ name: toolName })]).optional(),
});

const synthesize = z.object({
  type: z.literal('tts.synthesize'),
  id,
  text,
  voice: z.string().max(64).optional(),
  speed: z.number().min(0.5).max(2).optional(),
});

export const requestSchema = z.discriminatedUnion('type', [
  recall,
  remember,
  reinforce,
  facts,
  transcribe,
  generate,
  synthesize,
]);

/** Everything that a client may send as text. Fields that are not known are ignored, so that they can be added. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  hello,
  cancel,
  transcribeEnd,
  ...requestSchema.options,
]);

export type ClientMessage = z.infer<typeof clientMessageSchema>;
/** A message that opens a request; all that is said about it carries its id. */
export type BridgeRequest = z.infer<typeof requestSchema>;
export type RequestOf<T extends BridgeRequest['type']> = Extract<BridgeRequest, { type: T }>;

/** What a server offers; a part that is off is absent. */
export interface BridgeOffer {
  readonly memory: boolean;
  readonly stt?: EngineInfo;
  /** `tools`: whether it can be given functions to call. */
  readonly llm?: EngineInfo & { readonly contextTokens: number; readonly tools: boolean };
  readonly tts?: EngineInfo & { readonly voices: readonly string[]; readonly sampleRateHz: number };
}

/** What the last message of a request holds, by what was asked. */
export interface Results {
  readonly 'memory.recall': Pick<
    Recall,
    'block' | 'items' | 'tokens' | 'late' | 'tookMs' | 'confidence' | 'depth'
  >;
  readonly 'memory.remember': Remembered;
  /** False where nothing fades. */
  readonly 'memory.reinforce': { readonly reinforced: boolean };
  readonly 'memory.facts': { readonly facts: readonly FactView[] };
  readonly 'stt.transcribe': { readonly text: string; readonly confidence: number };
  /** How many pieces and calls were sent, and what the answer took where the model tells. */
  readonly 'llm.generate': { readonly pieces: number; readonly calls: number } & Partial<TokenUsage>;
  readonly 'tts.synthesize': { readonly pieces: number; readonly samples: number };
}

/** Everything that the server sends as text; `result`, `error` and `cancelled` are the last word on their id. */
export type ServerMessage =
  | { readonly type: 'hello'; readonly version: number; readonly offers: BridgeOffer }
  | { readonly type: 'piece'; readonly id: number; readonly text: string; readonly sampleRateHz?: number }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly callId: string;
      readonly name: string;
      /** JSON as the model wrote it: it may be none. */
      readonly arguments: string;
    }
  | ({ readonly type: 'result'; readonly id: number } & Results[keyof Results])
  | { readonly type: 'cancelled'; readonly id: number }
  | { readonly type: 'error'; readonly id?: number; readonly code: ErrorCode; readonly message: string };
