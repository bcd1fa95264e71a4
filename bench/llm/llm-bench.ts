/**
 * What the embedded language model takes: tokens a second, and the time to the first piece of an answer with
 * nothing cached, with the conversation cached, and with recalled memory at the top of the prompt or late.
 *
 * `npx tsx bench/llm/llm-bench.ts` runs it alone. On a machine with other work to do, figures are worse and
 * their ratios hold.
 */
import { existsSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { ChatMessage } from '../../src/engines/interfaces.js';
import { createLlama, type Llama, type LlamaCallStats } from '../../src/engines/llama/index.js';
import { percentiles, show, type BenchResult } from '../bench.js';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const modelPath = root('models/fetched/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf');
const adapterPath = root('models/adapters/slowcat-memory-lora.gguf');

/** Time for one row; a row has at least two samples however long they take. */
const rowBudgetMs = 2500;
const mostSamples = 30;
const fewestSamples = 2;
/** After this much time no further group of rows is begun: on a busy machine figures say nothing anyway. */
const totalBudgetMs = 30_000;
const answerTokens = 24;

const systemText =
  'You are Slowcat, a friendly voice assistant. Answer in one short spoken sentence, using what you remember about the user.';
const recalledText =
  "- 2 days ago, user: My dog's name is Potola.\n- yesterday, user: I moved to Lisbon.\n- last week, user: We need a new boiler.";

/** A conversation of short turns. Names differ from the first token on, so that none is cached for another. */
function conversation(name: string, turns: number): ChatMessage[] {
  const spoken = Array.from({ length: turns }, (_, turn): ChatMessage[] => [
    { role: 'user', content: `Is day ${turn} a good one?` },
    { role: 'assistant', content: 'Yes, I think so.' },
  ]);
  return [{ role: 'system', content: `${name} ${systemText}` }, ...spoken.flat()];
}

type Placement = 'late' | 'top';

/** The next call of a conversation. What is recalled differs from turn to turn, as it does in life. */
function nextCall(past: readonly ChatMessage[], turn: number, memory: Placement): ChatMessage[] {
  const recalled: ChatMessage = {
    role: 'system',
    content: `[Memory Context - 4 items]:\n- turn ${turn}, user: It is late.\n${recalledText}`,
  };
  const question: ChatMessage = { role: 'user', content: "What is my dog's name?" };
  return memory === 'late'
    ? [...past, recalled, question]
    : [...past.slice(0, 1), recalled, ...past.slice(1), question];
}

class Meter {
  readonly #llama: Llama;
  #last: LlamaCallStats | undefined;

  constructor(adapter: boolean) {
    this.#llama = createLlama({
      modelPath,
      ...(adapter ? { adapterPath } : {}),
      sequences: 1,
      tuningFile: root('.slowcat/bench-threads.json'),
      onStats: (stats) => (this.#last = stats),
    });
  }

  open(): Promise<void> {
    return this.#llama.warmUp();
  }

  async ask(messages: readonly ChatMessage[], maxTokens = 1): Promise<LlamaCallStats> {
    let text = '';
    for await (const piece of this.#llama.generate(messages, { maxTokens })) text += piece;
    if (this.#last === undefined || text === '') throw new Error('the model did not answer');
    return this.#last;
  }

  close(): Promise<void> {
    return this.#llama.close();
  }
}

type Row = Readonly<Record<string, string | number>>;

/** Repeats a measurement while its time lasts. */
async function sampled(row: Row, measure: (sample: number) => Promise<number>): Promise<Row> {
  const values: number[] = [];
  const startedAt = performance.now();
  while (
    values.length < fewestSamples ||
    (values.length < mostSamples && performance.now() - startedAt < rowBudgetMs)
  ) {
    values.push(await measure(values.length));
  }
  return { ...row, ...percentiles(values) };
}

async function speeds(meter: Meter, model: string): Promise<Row[]> {
  const prompt = await sampled({ what: 'prompt tokens/s', model }, async (sample) => {
    const stats = await meter.ask(conversation(`${sample}s`, 8));
    return (stats.evaluatedTokens / (stats.ttfbMs ?? Number.NaN)) * 1000;
  });
  const answer = await sampled({ what: 'answer tokens/s', model }, async (sample) => {
    const tale: ChatMessage = { role: 'user', content: `Tell me a long story about the number ${sample}.` };
    const stats = await meter.ask([tale], answerTokens);
    return ((stats.generatedTokens - 1) / (stats.totalMs - (stats.ttfbMs ?? Number.NaN))) * 1000;
  });
  return [prompt, answer];
}

async function firstPieces(meter: Meter, turns: number): Promise<Row[]> {
  const model = 'with adapter';
  const ttfb = async (messages: readonly ChatMessage[]): Promise<number> =>
    (await meter.ask(messages)).ttfbMs ?? Number.NaN;
  const cold = await sampled({ what: `first piece, ms: ${turns} turns, nothing cached`, model }, (sample) =>
    ttfb(nextCall(conversation(`${turns}c${sample}`, turns), sample, 'late')),
  );
  const past = conversation(`${turns}w`, turns);
  await meter.ask(nextCall(past, -1, 'late'));
  const late = await sampled(
    { what: `first piece, ms: ${turns} turns, cached, memory late`, model },
    (sample) => ttfb(nextCall(past, sample, 'late')),
  );
  if (turns === 0) return [cold, late];
  const top = await sampled(
    { what: `first piece, ms: ${turns} turns, cached, memory at the top`, model },
    (sample) => ttfb(nextCall(past, sample, 'top')),
  );
  return [cold, late, top];
}

export async function run(): Promise<BenchResult> {
  const name = 'Embedded language model';
  const unit = 'as each row says';
  if (!existsSync(modelPath)) {
    return { name, unit, rows: [], notes: ['No figures: the model is not there. Fetch the models first.'] };
  }
  const rows: Row[] = [];
  let left = 0;
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const adapted = new Meter(true);
  const plain = new Meter(false);
  try {
    await adapted.open();
    loop.enable();
    const groups = [
      () => speeds(adapted, 'with adapter'),
      () => firstPieces(adapted, 0),
      () => firstPieces(adapted, 10),
      async () => {
        await plain.open();
        return speeds(plain, 'without adapter');
      },
      () => firstPieces(adapted, 50),
    ];
    const startedAt = performance.now();
    for (const group of groups) {
      if (performance.now() - startedAt > totalBudgetMs) left += 1;
      else rows.push(...(await group()));
    }
    loop.disable();
  } finally {
    await adapted.close();
    await plain.close();
  }
  const delay = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1);
  return {
    name,
    unit,
    rows,
    notes: [
      ...(left === 0 ? [] : [`The machine is too busy: ${left} of 5 groups of rows were left out.`]),
      'p95 and p99 of few samples are the slowest ones. For tokens/s, p50 is the one to read.',
      'Memory that stands at the top changes with each turn, so all of the history after it is evaluated again.',
      `Event loop beside it all: p50 ${delay(loop.percentile(50))} ms, p99 ${delay(loop.percentile(99))} ms, ` +
        `longest ${delay(loop.max)} ms (sampled each millisecond, which is part of the figure).`,
    ],
  };
}

if (import.meta.filename === process.argv[1]) show(await run());
