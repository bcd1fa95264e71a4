import type {
  Llama as Binding,
  LlamaContext,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaGrammarEvaluationState,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import { SlowcatError } from '../../errors.js';
import { chatMlEncoder, wrapperEncoder } from './chat-tokens.js';
import { checkGguf } from './gguf-check.js';
import { defaultLlamaOptions, type LlamaOptions } from './options.js';
import { defaultChunkOptions } from './prompt-chunks.js';
import type { GrammarSchema } from './call-schema.js';
import type { AnswerGrammar, LlamaRuntime, LlamaSlot, LlamaThreads, SlotSampling } from './runtime.js';
import { mostThreadsTried, readTuning, tuneThreads, writeTuning, type TimeThreads } from './tune-threads.js';

/** Prompt tokens and answer tokens of one thread measurement: long enough to time, short enough to repeat. */
const measured = { promptTokens: 32, answerTokens: 6 } as const;
/** Tokens back from the end of the answer that a repeat penalty looks at; llama.cpp's own default. */
const penalizedTokens = 64;

/** Loads llama.cpp, the model and its adapter, and makes everything ready for the first call. */
export async function openNodeRuntime(options: LlamaOptions): Promise<LlamaRuntime> {
  await checkGguf(options.modelPath, 'language model');
  if (options.adapterPath !== undefined) await checkGguf(options.adapterPath, 'adapter');
  const now = options.now ?? (() => performance.now());
  const library = await import('node-llama-cpp');
  const binding = await library
    .getLlama({
      build: 'never',
      gpu: options.gpu ?? defaultLlamaOptions.gpu,
      maxThreads: mostThreadsTried,
      logLevel: library.LlamaLogLevel.warn,
      logger: (level, message) => options.onLog?.(level, message),
    })
    .catch((cause: unknown) => {
      throw new SlowcatError(
        'SLOWCAT_ENGINE_FAILED',
        'llama.cpp has no ready-made build for this machine. Install its package for this platform, or set an ' +
          'OpenAI-compatible server as the language model.',
        { cause },
      );
    });
  try {
    const model = await loadModel(binding, options);
    const context = await createContext(binding, model, options);
    const wrapper = library.resolveChatWrapper(model, {
      warningLogs: false,
      // A voice answers at once: models that can think aloud are asked not to.
      customWrapperSettings: { qwen: { thoughts: 'discourage' } },
    });
    const encode = wrapper.wrapperName === 'ChatML' ? chatMlEncoder(model) : wrapperEncoder(model, wrapper);
    const threads = { prompt: 1, answer: 1 };
    const slots = Array.from(
      { length: context.totalSequences },
      () => new Sequence(context.getSequence(), binding, threads),
    );
    const runtime = new NodeRuntime(
      binding,
      model,
      context,
      slots,
      threads,
      encode,
      (grammar) => new library.LlamaGrammarEvaluationState({ model, grammar }),
    );
    runtime.threads = await chooseThreads(runtime, options, now);
    return runtime;
  } catch (error) {
    await binding.dispose();
    throw error;
  }
}

async function loadModel(binding: Binding, options: LlamaOptions): Promise<LlamaModel> {
  try {
    return await binding.loadModel({ modelPath: options.modelPath });
  } catch (cause) {
    throw new SlowcatError(
      'SLOWCAT_MODEL_FORMAT',
      `The language model at ${options.modelPath} is damaged or of a kind that llama.cpp does not know. ` +
        'Fetch it again, or name another file.',
      { cause },
    );
  }
}

async function createContext(
  binding: Binding,
  model: LlamaModel,
  options: LlamaOptions,
): Promise<LlamaContext> {
  const contextTokens = Math.min(
    options.contextTokens ?? defaultLlamaOptions.contextTokens,
    model.trainContextSize,
  );
  const sequences = options.sequences ?? defaultLlamaOptions.sequences;
  const context = await model
    .createContext({
      contextSize: contextTokens,
      sequences,
      threads: mostThreadsTried,
      batchSize: Math.max(defaultChunkOptions.maxTokens, sequences),
      // On a processor, flash attention splits its sums by thread: the same prompt would give other results
      // with other thread counts (measured: probabilities move by up to 0.14).
      flashAttention: binding.gpu === false ? false : 'auto',
      ...(options.adapterPath === undefined
        ? {}
        : { lora: { adapters: [{ filePath: options.adapterPath, scale: 1 }] } }),
      // One sequence a batch: what another session asks at the same moment may not change an answer.
      batching: {
        itemPrioritizationStrategy: ({ items, size }) =>
          items.slice(0, 1).map((item) => ({ item, processAmount: Math.min(item.tokens.length, size) })),
      },
    })
    .catch((cause: unknown) => {
      // The library has no error classes; it names what it was doing.
      if (options.adapterPath !== undefined && /lora/i.test(String(cause))) {
        throw new SlowcatError(
          'SLOWCAT_MODEL_FORMAT',
          `The adapter at ${options.adapterPath} is damaged, or was made for another model than the one at ` +
            `${options.modelPath}. Name the adapter of that model, or none.`,
          { cause },
        );
      }
      throw new SlowcatError(
        'SLOWCAT_ENGINE_FAILED',
        `There is not enough memory for ${sequences} sequences of ${contextTokens} tokens. Set fewer sequences ` +
          'or a smaller contextTokens.',
        { cause },
      );
    });
  return context;
}

async function chooseThreads(
  runtime: NodeRuntime,
  options: LlamaOptions,
  now: () => number,
): Promise<LlamaThreads> {
  const asked = options.threads ?? defaultLlamaOptions.threads;
  if (asked !== 'measured') return asked;
  const cores = runtime.cores;
  if (!runtime.threadsMatter) return { prompt: Math.min(cores, 4), answer: Math.min(cores, 4) };
  const key = `${runtime.description}, ${options.adapterPath === undefined ? 'no adapter' : 'adapter'}, ${cores} cores`;
  const known = options.tuningFile === undefined ? undefined : await readTuning(options.tuningFile, key);
  if (known !== undefined) return known;
  const found = await tuneThreads(runtime.timer(now), { mostThreads: cores, now });
  if (options.tuningFile !== undefined) await writeTuning(options.tuningFile, key, found);
  return found;
}

class Sequence implements LlamaSlot {
  readonly #sequence: LlamaContextSequence;
  readonly #binding: Binding;
  readonly #threads: LlamaThreads;

  constructor(sequence: LlamaContextSequence, binding: Binding, threads: LlamaThreads) {
    this.#sequence = sequence;
    this.#binding = binding;
    this.#threads = threads;
  }

  async keep(tokens: number): Promise<void> {
    const end = this.#sequence.nextTokenIndex;
    if (end > tokens) await this.#sequence.eraseContextTokenRanges([{ start: tokens, end }]);
  }

  async evaluate(tokens: readonly number[]): Promise<void> {
    this.#binding.maxThreads = this.#threads.prompt;
    await this.#sequence.evaluateWithoutGeneratingNewTokens(tokens as Token[]);
  }

  async *answer(
    tokens: readonly number[],
    sampling: SlotSampling,
    grammar?: AnswerGrammar,
  ): AsyncGenerator<number, void> {
    const said: Token[] = [];
    const stream = this.#sequence.evaluate(tokens as Token[], {
      temperature: sampling.temperature,
      topP: sampling.topP,
      seed: sampling.seed,
      yieldEogToken: true,
      ...(grammar instanceof CallGrammar ? { grammarEvaluationState: grammar.begin() } : {}),
      ...(sampling.repeatPenalty === 1
        ? {}
        : {
            repeatPenalty: {
              punishTokens: () => said.slice(-penalizedTokens),
              penalty: sampling.repeatPenalty,
            },
          }),
    });
    this.#binding.maxThreads = this.#threads.prompt;
    for await (const token of stream) {
      said.push(token);
      yield token;
      this.#binding.maxThreads = this.#threads.answer;
    }
  }
}

/** A grammar, and how its use in an answer begins. */
class CallGrammar {
  readonly begin: () => LlamaGrammarEvaluationState;

  constructor(begin: () => LlamaGrammarEvaluationState) {
    this.begin = begin;
  }
}

type BeginGrammar = (grammar: LlamaGrammar) => LlamaGrammarEvaluationState;

class NodeRuntime implements LlamaRuntime {
  readonly contextTokens: number;
  readonly slots: readonly LlamaSlot[];
  readonly encode: LlamaRuntime['encode'];
  readonly #binding: Binding;
  readonly #model: LlamaModel;
  readonly #context: LlamaContext;
  readonly #threads: { prompt: number; answer: number };
  readonly #turnStart: number | undefined;
  readonly #beginGrammar: BeginGrammar;

  constructor(
    binding: Binding,
    model: LlamaModel,
    context: LlamaContext,
    slots: readonly LlamaSlot[],
    threads: { prompt: number; answer: number },
    encode: LlamaRuntime['encode'],
    beginGrammar: BeginGrammar,
  ) {
    this.#beginGrammar = beginGrammar;
    this.#binding = binding;
    this.#model = model;
    this.#context = context;
    this.slots = slots;
    this.#threads = threads;
    this.encode = encode;
    this.contextTokens = context.contextSize;
    const start = model.tokenize('<|im_start|>', true);
    this.#turnStart = start.length === 1 ? start[0] : undefined;
  }

  get device(): LlamaRuntime['device'] {
    return this.#binding.gpu === false ? 'cpu' : this.#binding.gpu;
  }

  get threadsMatter(): boolean {
    return this.#binding.gpu === false;
  }

  /** Cores that do arithmetic, as llama.cpp counts them. */
  get cores(): number {
    return this.#binding.cpuMathCores;
  }

  get description(): string {
    return `${this.#model.typeDescription} ${this.#model.size}`;
  }

  get threads(): LlamaThreads {
    return this.#threads;
  }

  set threads(threads: LlamaThreads) {
    Object.assign(this.#threads, threads);
  }

  countTokens(text: string): number {
    return this.#model.tokenize(text, false).length;
  }

  encodeText(text: string): number[] {
    return this.#model.tokenize(text, false);
  }

  async grammar(schema: GrammarSchema): Promise<AnswerGrammar> {
    const grammar = await this.#binding.createGrammarForJsonSchema(
      schema as Parameters<Binding['createGrammarForJsonSchema']>[0],
    );
    return new CallGrammar(() => this.#beginGrammar(grammar));
  }

  get modelBytes(): number {
    return this.#model.size;
  }

  decode(tokens: readonly number[], before: readonly number[]): string {
    return this.#model.detokenize(tokens as Token[], false, before as Token[]);
  }

  endsTurn(token: number): boolean {
    return this.#model.isEogToken(token as Token);
  }

  endsAnswer(token: number): boolean {
    return token === this.#turnStart || this.endsTurn(token);
  }

  timer(now: () => number): TimeThreads {
    const slot = this.slots[0];
    const words = this.#model.tokenize('a voice that answers at once '.repeat(measured.promptTokens), false);
    return async (threads) => {
      if (slot === undefined) throw new RangeError('no sequence to measure with');
      this.threads = { prompt: threads, answer: threads };
      await slot.keep(0);
      const startedAt = now();
      await slot.evaluate(words.slice(0, measured.promptTokens));
      const promptAt = now();
      const tokens = slot.answer(words.slice(0, 1), { temperature: 0, topP: 1, seed: 1, repeatPenalty: 1 });
      for (let token = 0; token <= measured.answerTokens; token += 1) await tokens.next();
      const answerAt = now();
      await tokens.return();
      await slot.keep(0);
      return { promptMs: promptAt - startedAt, answerMs: answerAt - promptAt };
    };
  }

  async close(): Promise<void> {
    await this.#context.dispose();
    await this.#model.dispose();
    await this.#binding.dispose();
  }
}
