import { float32ToPcm16Bytes } from '../../audio/index.js';
import type { LanguageModel, SpeechToText, TextToSpeech } from '../../engines/interfaces.js';
import { SlowcatError } from '../../errors.js';
import type { FactsOptions, FactView, Memory, UserMemory } from '../../memory/memory.js';
import { abortableIterable, raceAbort } from '../../pipeline/index.js';
import { isUserId, userIdRule } from '../user-id.js';
import type { AudioIntake } from './audio-intake.js';
import { generate } from './generate.js';
import type { BridgeOffer, BridgeRequest, RequestOf, Results } from './messages.js';
import type { Outbox } from './outbox.js';

/** What the bridge lends to other programs. A part that is absent is refused with `SLOWCAT_BRIDGE_OFF`. */
export interface BridgeParts {
  readonly memory?: Memory;
  readonly stt?: SpeechToText;
  readonly llm?: LanguageModel;
  readonly tts?: TextToSpeech;
}

export interface AnswerContext {
  readonly parts: BridgeParts;
  readonly outbox: Outbox;
  /** User of a request that names none. */
  readonly userId: string;
  readonly signal: AbortSignal;
  /** The audio of an `stt.transcribe`, complete. */
  readonly audio: AudioIntake;
}

/** What a `hello` is told. */
export function offerOf({ memory, stt, llm, tts }: BridgeParts): BridgeOffer {
  return {
    memory: memory !== undefined,
    ...(stt === undefined ? {} : { stt: stt.info }),
    ...(llm === undefined
      ? {}
      : {
          llm: {
            ...llm.info,
            contextTokens: llm.contextTokens,
            tools: llm.generateWithTools !== undefined,
          },
        }),
    ...(tts === undefined
      ? {}
      : { tts: { ...tts.info, voices: tts.voices, sampleRateHz: tts.sampleRateHz } }),
  };
}

/**
 * Does what a request asks for, sending pieces on the way, and resolves to its result.
 * Rejects with the signal's reason as soon as that fires, except for `memory.remember`: what is being written is told.
 *
 * @throws SlowcatError SLOWCAT_BRIDGE_OFF, SLOWCAT_MEMORY_USER, and whatever memory and engines throw
 */
export function answer(request: BridgeRequest, context: AnswerContext): Promise<Results[keyof Results]> {
  switch (request.type) {
    case 'memory.recall':
      return recall(request, context);
    case 'memory.remember':
      return remember(request, context);
    case 'memory.reinforce':
      return reinforce(request, context);
    case 'memory.facts':
      return facts(request, context);
    case 'stt.transcribe':
      return transcribe(request, context);
    case 'llm.generate':
      return generateText(request, context);
    case 'tts.synthesize':
      return synthesize(request, context);
  }
}

async function recall(request: RequestOf<'memory.recall'>, context: AnswerContext) {
  const { type: _type, id: _id, user, query, ...options } = request;
  const recalled = await raceAbort(
    memoryOf(user, context).recall(query, withoutUndefined(options)),
    context.signal,
  );
  const { block, items, tokens, late, tookMs, confidence, depth } = recalled;
  return { block, items, tokens, late, tookMs, ...withoutUndefined({ confidence, depth }) };
}

async function remember(request: RequestOf<'memory.remember'>, context: AnswerContext) {
  const { type: _type, id: _id, user, role, text, ...turn } = request;
  return memoryOf(user, context).remember({ role, text, ...withoutUndefined(turn) });
}

async function reinforce(request: RequestOf<'memory.reinforce'>, context: AnswerContext) {
  const memory = memoryOf(request.user, context);
  if (memory.reinforce === undefined) return { reinforced: false };
  await raceAbort(memory.reinforce(request.turnIds, undefined, request.inFull), context.signal);
  return { reinforced: true };
}

/** What an opened memory may hold beside its door. */
interface Knowing {
  facts(options?: FactsOptions): Promise<readonly FactView[]>;
}

const knows = (memory: object): memory is Knowing => typeof (memory as Partial<Knowing>).facts === 'function';

async function facts(request: RequestOf<'memory.facts'>, context: AnswerContext) {
  const memory = memoryOf(request.user, context);
  if (!knows(memory)) throw off('facts');
  return {
    facts: await raceAbort(memory.facts({ history: request.history ?? false }), context.signal),
  };
}

async function transcribe(request: RequestOf<'stt.transcribe'>, context: AnswerContext) {
  const { parts, signal, audio } = context;
  if (parts.stt === undefined) throw off('speech-to-text');
  const pcm = await audio.take(signal);
  const { prompt } = request;
  const { text, confidence } = await raceAbort(
    parts.stt.transcribe(pcm, { signal, ...(prompt === undefined ? {} : { prompt }) }),
    signal,
  );
  return { text, confidence };
}

function generateText(request: RequestOf<'llm.generate'>, { parts, signal, outbox }: AnswerContext) {
  if (parts.llm === undefined) return Promise.reject(off('language model'));
  return generate(request, parts.llm, outbox, signal);
}

async function synthesize(request: RequestOf<'tts.synthesize'>, context: AnswerContext) {
  const { parts, signal, outbox } = context;
  if (parts.tts === undefined) throw off('text-to-speech');
  const { id, text, voice, speed } = request;
  const stream = parts.tts.synthesize(text, { signal, ...withoutUndefined({ voice, speed }) });
  let pieces = 0;
  let samples = 0;
  for await (const chunk of abortableIterable(stream, signal)) {
    await outbox.room(signal);
    outbox.send({ type: 'piece', id, text: chunk.text, sampleRateHz: chunk.sampleRateHz });
    await outbox.sendAudio(id, float32ToPcm16Bytes(chunk.pcm), signal);
    pieces += 1;
    samples += chunk.pcm.length;
  }
  return { pieces, samples };
}

function memoryOf(user: string | undefined, { parts, userId }: AnswerContext): UserMemory {
  const id = user ?? userId;
  if (!isUserId(id)) throw new SlowcatError('SLOWCAT_MEMORY_USER', userIdRule);
  if (parts.memory === undefined) throw off('memory');
  return parts.memory.user(id);
}

function off(part: string): SlowcatError {
  return new SlowcatError('SLOWCAT_BRIDGE_OFF', `This server has no ${part} for the bridge.`);
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Options that are not given must be absent, so that they do not take the place of defaults. */
function withoutUndefined<T extends object>(options: T): Partial<Given<T>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<
    Given<T>
  >;
}
