/**
 * What Kokoro takes: the time to the first audio by the length of the first clause, the real-time factor, and the
 * longest silence a listener would hear within an answer of three sentences.
 *
 * `npx tsx bench/tts/tts-bench.ts` runs it alone, after `npm run build`.
 */
import { pathToFileURL } from 'node:url';
import type { TextToSpeech } from '../../src/engines/interfaces.js';
import { createKokoro } from '../../src/engines/kokoro/index.js';
import { ensureModels } from '../../src/weights/index.js';
import { percentiles, show, type BenchResult } from '../bench.js';

const modelId = 'kokoro-82m-int8';

const texts = {
  word: 'Hello.',
  clause: "Your dog's name is Potola.",
  sentence: 'Hello there, it is lovely to hear from you again after all this time.',
  answer:
    "Your dog's name is Potola. You told me that she likes to walk along the beach. Shall I buy her food?",
} as const;

/** Time for one row; a row has at least two samples however long they take. */
const rowBudgetMs = 2500;
const fewestSamples = 2;

interface Take {
  readonly firstMs: number;
  readonly totalMs: number;
  readonly speechMs: number;
  /** Longest time that playing would have to wait for the next chunk. */
  readonly gapMs: number;
}

async function speak(engine: TextToSpeech, text: string): Promise<Take> {
  const startMs = performance.now();
  let firstMs = 0;
  let speechMs = 0;
  let playedOutMs = 0;
  let gapMs = 0;
  for await (const { pcm, sampleRateHz } of engine.synthesize(text)) {
    const nowMs = performance.now() - startMs;
    if (firstMs === 0) firstMs = nowMs;
    else gapMs = Math.max(gapMs, nowMs - playedOutMs);
    const chunkMs = (pcm.length / sampleRateHz) * 1000;
    playedOutMs = Math.max(playedOutMs, nowMs) + chunkMs;
    speechMs += chunkMs;
  }
  return { firstMs, totalMs: performance.now() - startMs, speechMs, gapMs };
}

async function takes(engine: TextToSpeech, text: string): Promise<Take[]> {
  const all: Take[] = [];
  const endMs = performance.now() + rowBudgetMs;
  while (all.length < fewestSamples || performance.now() < endMs) all.push(await speak(engine, text));
  return all;
}

export async function run(): Promise<BenchResult> {
  const model = (await ensureModels([modelId])).get('tts')?.files['model'];
  if (model === undefined) throw new Error(`${modelId} lists no model file`);
  const rows: Record<string, string | number>[] = [];
  for (const threads of [1, 2]) {
    const engine = createKokoro({ modelPath: model, modelId, threads });
    try {
      await engine.warmUp();
      for (const [name, text] of Object.entries(texts)) {
        const all = await takes(engine, text);
        const sum = (pick: (take: Take) => number): number =>
          all.reduce((total, take) => total + pick(take), 0);
        rows.push({
          text: name,
          chars: text.length,
          threads,
          ...percentiles(all.map(({ firstMs }) => firstMs)),
          'speech s': sum((take) => take.speechMs) / all.length / 1000,
          'real-time factor': sum((take) => take.totalMs) / sum((take) => take.speechMs),
          'longest gap': percentiles(all.map(({ gapMs }) => gapMs)).p50,
        });
      }
    } finally {
      await engine.close();
    }
  }
  return {
    name: 'Speech by Kokoro: time to the first audio',
    unit: 'ms',
    rows,
    notes: [
      'Speech is counted without the 0.8 s of silence that Kokoro puts around every piece and Slowcat cuts off.',
      'The longest gap is how long a listener would wait for the next piece; 0 when it is always there in time.',
    ],
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) show(await run());
