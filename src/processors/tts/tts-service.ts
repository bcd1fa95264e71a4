import { float32ToInt16 } from '../../audio/index.js';
import type { TextToSpeech } from '../../engines/interfaces.js';
import {
  AggregatedTextFrame,
  FrameProcessor,
  InterruptionFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  TTSAudioRawFrame,
  TTSSpeakFrame,
  TTSStartedFrame,
  TTSStoppedFrame,
  TTSTextFrame,
  abortableIterable,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { ClauseAggregator, type ClauseAggregatorOptions } from './clause-aggregator.js';

export interface TTSServiceOptions {
  readonly tts: TextToSpeech;
  /** @defaultValue the engine's first voice */
  readonly voice?: string;
  /** @defaultValue 1 */
  readonly speed?: number;
  readonly clauses?: Partial<ClauseAggregatorOptions>;
}

type FrameForTheVoice = LLMFullResponseStartFrame | LLMFullResponseEndFrame | TTSSpeakFrame;

const isForTheVoice = (frame: Frame): frame is FrameForTheVoice =>
  frame instanceof LLMFullResponseStartFrame ||
  frame instanceof LLMFullResponseEndFrame ||
  frame instanceof TTSSpeakFrame;

/**
 * Speaks the model's answer clause by clause while the model still writes.
 *
 * For each clause: an AggregatedTextFrame announces it, its audio follows, and a TTSTextFrame behind the audio says
 * that it was spoken; behind the output transport that last one is what the context takes for said.
 *
 * As in Pipecat 1.14, a TTSSpeakFrame whose `interruptible` is false is spoken to its end, and so is an answer whose
 * LLMFullResponseStartFrame and texts are so: an interruption drops nothing of them.
 */
export class TTSService extends FrameProcessor {
  readonly #options: TTSServiceOptions;
  readonly #clauses: ClauseAggregator;
  #contexts = 0;
  #contextId: string | null = null;
  #startedContextId: string | null = null;
  /** False while something is spoken that may not be interrupted. */
  #interruptible = true;

  constructor(options: TTSServiceOptions) {
    super();
    this.#options = options;
    this.metrics.model = options.tts.info.model;
    this.#clauses = new ClauseAggregator(options.clauses);
  }

  override canGenerateMetrics(): boolean {
    return true;
  }

  /** What is not for the voice, audio above all, passes without a promise. */
  override processFrame(
    frame: Frame,
    direction: FrameDirection,
    signal: AbortSignal,
  ): Promise<void> | undefined {
    if (direction === 'downstream') {
      if (frame instanceof LLMTextFrame) return this.#takeText(frame, signal);
      if (isForTheVoice(frame)) return this.#take(frame, signal);
    }
    if (frame instanceof InterruptionFrame && direction === 'downstream' && this.#interruptible) this.#drop();
    this.pushFrame(frame, direction);
    return undefined;
  }

  /** Most pieces of text end no clause, and cost no promise. */
  #takeText({ text, skipTts }: LLMTextFrame, signal: AbortSignal): Promise<void> | undefined {
    const clauses = this.#clauses.push(text);
    return clauses.length === 0 ? undefined : this.#sayAll(clauses, skipTts, signal);
  }

  async #take(frame: FrameForTheVoice, signal: AbortSignal): Promise<void> {
    if (frame instanceof LLMFullResponseStartFrame) {
      this.#begin(frame.interruptible);
      this.pushFrame(frame);
    } else if (frame instanceof LLMFullResponseEndFrame) {
      await this.#sayAll(this.#clauses.flush(), frame.skipTts, signal);
      this.#end();
      if (!signal.aborted) this.pushFrame(frame);
    } else {
      this.#begin(frame.interruptible);
      await this.#speak(frame.text, signal, frame.appendToContext);
      this.#end();
    }
  }

  #begin(interruptible: boolean): void {
    this.#clauses.reset();
    this.#interruptible = interruptible;
    this.#contextId = `tts-${++this.#contexts}`;
    this.#startedContextId = null;
  }

  #drop(): void {
    this.#clauses.reset();
    this.#interruptible = true;
    this.#contextId = null;
    this.#startedContextId = null;
  }

  #end(): void {
    if (this.#startedContextId !== null) this.#send(new TTSStoppedFrame(this.#startedContextId));
    this.#drop();
  }

  /** Pushes a part of what is spoken. */
  #send(part: Frame): void {
    part.interruptible = this.#interruptible;
    this.pushFrame(part);
  }

  async #sayAll(clauses: readonly string[], skipTts: boolean | null, signal: AbortSignal): Promise<void> {
    for (const clause of clauses) await this.#say(clause, skipTts, signal);
  }

  /** Speaks a clause, or passes it on to be read, in order with what is spoken. */
  #say(clause: string, skipTts: boolean | null, signal: AbortSignal): Promise<void> | undefined {
    if (skipTts !== true) return this.#speak(clause, signal);
    const text = new AggregatedTextFrame(clause, 'sentence', { contextId: this.#contextId });
    text.skipTts = true;
    if (!signal.aborted) this.#send(text);
    return undefined;
  }

  async #speak(clause: string, signal: AbortSignal, appendToContext = true): Promise<void> {
    const contextId = this.#contextId;
    if (contextId === null || signal.aborted) return;
    const announcement = new AggregatedTextFrame(clause, 'sentence', { contextId, willBeSpoken: true });
    announcement.appendToContext = false;
    // What an interruption leaves of the clause has no TTSTextFrame that could tell.
    if (!appendToContext) announcement.metadata['appendToContext'] = false;
    const { tts, voice, speed } = this.#options;
    const options = {
      signal,
      ...(voice === undefined ? {} : { voice }),
      ...(speed === undefined ? {} : { speed }),
    };
    if (this.#startedContextId === null) {
      this.#startedContextId = contextId;
      this.#send(new TTSStartedFrame(contextId));
    }
    this.#send(announcement);
    let audible = false;
    try {
      this.metrics.startTtfb();
      this.metrics.startProcessing();
      this.metrics.reportTtsUsage(clause.length);
      for await (const { pcm, sampleRateHz } of abortableIterable(tts.synthesize(clause, options), signal)) {
        if (!audible) this.metrics.stopTtfb();
        audible = true;
        this.#send(new TTSAudioRawFrame(float32ToInt16(pcm), sampleRateHz, 1, contextId));
      }
    } catch (error) {
      signal.throwIfAborted();
      this.pushError(error);
    }
    this.metrics.stopProcessing();
    if (!audible) return;
    const spoken = new TTSTextFrame(clause, 'sentence', {
      contextId,
      willBeSpoken: true,
      segmentId: announcement.id,
    });
    spoken.appendToContext = appendToContext;
    this.#send(spoken);
  }
}
