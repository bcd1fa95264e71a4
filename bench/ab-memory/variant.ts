import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Llama, LlamaCallStats } from '../../src/engines/llama/index.js';
import { openMemory, type Memory } from '../../src/memory/memory.js';
import {
  FrameProcessor,
  LLMContext,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMTextFrame,
  PipelineTask,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';
import { LLMService } from '../../src/processors/llm/llm-service.js';
import { StatelessMemoryProcessor } from '../../src/processors/memory/stateless-memory-processor.js';
import type { Said } from './talk.js';

/** What one turn took. */
export interface TurnFigures {
  readonly promptTokens: number;
  /** Tokens that were not in the model's cache. */
  readonly evaluatedTokens: number;
  /** From the context's arrival at the memory until it goes on to the model. */
  readonly injectionMs: number;
  /** From the context's arrival at the memory to the first piece of the answer. */
  readonly firstTokenMs: number;
  readonly answer: string;
}

export interface VariantOptions {
  readonly useStatelessMemory: boolean;
  readonly llama: Llama;
  readonly systemText: string;
  /** Figures of the call that ended last. */
  readonly lastCall: () => LlamaCallStats | undefined;
}

/** Sees when the memory has done its part. */
class Passing extends FrameProcessor {
  atMs = 0;

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof LLMContextFrame) this.atMs = performance.now();
    this.pushFrame(frame, direction);
  }
}

/** Hears the answer. */
class Listening extends FrameProcessor {
  text = '';
  firstMs: number | undefined;
  onEnd: () => void = () => undefined;

  /** Forgets the answer before; resolves at the end of the next. */
  hear(): Promise<void> {
    this.text = '';
    this.firstMs = undefined;
    return new Promise((resolve) => (this.onEnd = resolve));
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame instanceof LLMTextFrame) {
      this.firstMs ??= performance.now();
      this.text += frame.text;
    }
    if (frame instanceof LLMFullResponseEndFrame) this.onEnd();
    this.pushFrame(frame, direction);
  }
}

/** One way to remember, with a log of its own: memory and model as a session has them, without ears and mouth. */
export class Variant {
  readonly #options: VariantOptions;
  readonly #dataDir: string;
  readonly #memory: Memory;
  #session:
    | {
        context: LLMContext;
        memory: StatelessMemoryProcessor;
        passing: Passing;
        listening: Listening;
        task: PipelineTask;
        run: Promise<unknown>;
      }
    | undefined;
  #sessions = 0;

  private constructor(options: VariantOptions, dataDir: string, memory: Memory) {
    this.#options = options;
    this.#dataDir = dataDir;
    this.#memory = memory;
  }

  static async open(options: VariantOptions): Promise<Variant> {
    const dataDir = await mkdtemp(join(tmpdir(), 'slowcat-ab-'));
    const countTokens = (text: string): number => options.llama.countTokens(text);
    return new Variant(options, dataDir, await openMemory({ dataDir, countTokens }));
  }

  /** Ends the session there is and begins another: the person comes back another time. */
  async nextSession(maxAnswerTokens: number): Promise<void> {
    await this.#endSession();
    const { llama, systemText, useStatelessMemory } = this.#options;
    const passing = new Passing();
    const listening = new Listening();
    const memory = new StatelessMemoryProcessor({
      memory: this.#memory.user('ab'),
      sessionId: `session ${++this.#sessions}`,
      useStatelessMemory,
      countTokens: (text) => llama.countTokens(text),
    });
    const answering = new LLMService({ llm: llama, maxAnswerTokens, foldHistory: useStatelessMemory });
    const task = new PipelineTask([memory, passing, answering, listening], { idleTimeoutMs: 0 });
    const context = new LLMContext([{ role: 'system', content: systemText }]);
    this.#session = { context, memory, passing, listening, task, run: task.run() };
  }

  /** Says something and hears the answer; the script's reply is what both remember, so that both have the same past. */
  async say({ text, reply }: Said): Promise<TurnFigures> {
    const session = this.#session;
    if (!session) throw new Error('no session');
    const { context, memory, passing, listening, task } = session;
    context.add({ role: 'user', content: text });
    const ended = listening.hear();
    const startMs = performance.now();
    task.queueFrame(new LLMContextFrame(context));
    await ended;
    context.add({ role: 'assistant', content: reply });
    memory.assistantSaid(reply, false);
    const call = this.#options.lastCall();
    if (!call || listening.firstMs === undefined) throw new Error('the model did not answer');
    return {
      promptTokens: call.promptTokens,
      evaluatedTokens: call.evaluatedTokens,
      injectionMs: passing.atMs - startMs,
      firstTokenMs: listening.firstMs - startMs,
      answer: listening.text,
    };
  }

  async close(): Promise<void> {
    await this.#endSession();
    await this.#memory.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #endSession(): Promise<void> {
    this.#session?.task.stopWhenDone();
    await this.#session?.run;
    this.#session = undefined;
  }
}
