/**
 * Word error rate and time of Whisper with its full 30 s window, with a window as short as the audio, and as this
 * project runs it. The three take turns on each recording, so that whatever else the machine does meets all alike.
 *
 * `npx tsx bench/wer/wer-bench.ts [--audio DIR]`: DIR holds 16 kHz WAV files, each with its words in a .txt.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readWavMono } from '../../src/audio/index.js';
import { wordErrors } from '../../src/audio/word-error-rate.js';
import { padShortAudio, type DecodeWindow } from '../../src/engines/whisper/context-policy.js';
import { inspectGgmlWhisper } from '../../src/engines/whisper/ggml-file.js';
import { createWhisper } from '../../src/engines/whisper/index.js';
import { loadNativeWhisper } from '../../src/engines/whisper/native.js';
import { findTrailingRepeat } from '../../src/engines/whisper/repeat-guard.js';
import { locateModels } from '../../src/weights/index.js';
import { percentiles, show, type BenchResult } from '../bench.js';

const ownRecordings = fileURLToPath(new URL('../../test/audio/', import.meta.url));

/** whisper.cpp's own defaults: greedy, timestamps, five higher temperatures when a decoding fails. */
const plain: Omit<DecodeWindow, 'audioContext'> = {
  beams: 1,
  maxTokens: 0,
  singleSegment: false,
  temperatureStep: 0.2,
};

export async function run(
  folders: readonly string[] = [ownRecordings, join(ownRecordings, 'synthetic')],
): Promise<BenchResult> {
  const modelPath = (await locateModels(['whisper-tiny.en'])).get('stt')?.files['model'] ?? '';
  const file = await inspectGgmlWhisper(modelPath);
  const native = await loadNativeWhisper(modelPath, false, file.endOfTextId);
  const whisper = createWhisper({ modelPath, model: 'whisper-tiny.en', gpu: false, threads: 1 });
  await whisper.warmUp();
  const raw = async (pcm: Float32Array, audioContext: number): Promise<string> => {
    const window = { ...plain, audioContext };
    const decoded = await native.decode(padShortAudio(pcm), {
      window,
      threads: 1,
      language: 'en',
      prompt: undefined,
    });
    return decoded.text;
  };
  const ways: Record<string, (pcm: Float32Array) => Promise<string>> = {
    'full 30 s window': (pcm) => raw(pcm, 0),
    'window as short as the audio': (pcm) =>
      raw(pcm, Math.min(1500, Math.ceil((pcm.length / 16_000) * 50) + 64)),
    Slowcat: async (pcm) => (await whisper.transcribe(pcm)).text,
  };
  const rows: BenchResult['rows'][number][] = [];
  for (const folder of folders) {
    const tallies = new Map(
      Object.keys(ways).map((way) => [
        way,
        { errors: 0, words: 0, repeats: 0, ms: [] as number[], cpuMs: 0 },
      ]),
    );
    // Every second synthetic recording keeps the bench under 90 s.
    for (const { words, pcm } of await readClips(folder, folder.endsWith('synthetic') ? 2 : 1)) {
      for (const [way, hear] of Object.entries(ways)) {
        const tally = tallies.get(way)!;
        const cpu = process.cpuUsage();
        const begin = performance.now();
        const heard = await hear(pcm);
        tally.ms.push(performance.now() - begin);
        const { user, system } = process.cpuUsage(cpu);
        tally.cpuMs += (user + system) / 1000;
        const result = wordErrors(words, heard);
        tally.errors += result.errors;
        tally.words += result.words;
        if ((findTrailingRepeat(heard)?.times ?? 1) > (findTrailingRepeat(words)?.times ?? 1))
          tally.repeats++;
      }
    }
    for (const [way, { errors, words, repeats, ms, cpuMs }] of tallies) {
      const seconds = ms.reduce((sum, each) => sum + each, 0) / 1000;
      const wer = (100 * errors) / words;
      rows.push({
        recordings: folder === ownRecordings ? 'human' : (folder.split('/').at(-1) ?? folder),
        way,
        'WER %': wer,
        words,
        repeats,
        seconds,
        'CPU s': cpuMs / 1000,
        ...percentiles(ms),
      });
    }
  }
  await whisper.close();
  await native.free();
  return {
    name: 'Word error rate and time of Whisper tiny.en, one thread',
    unit: 'ms a recording unless said otherwise',
    rows,
    notes: [
      'The ways take turns on each recording. Compare CPU seconds where other programs run beside the bench.',
      'repeats: recordings whose transcript ends with words said more often than they were.',
    ],
  };
}

async function readClips(folder: string, step: number): Promise<{ words: string; pcm: Float32Array }[]> {
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.wav'))
    .sort()
    .filter((_, index) => index % step === 0);
  return Promise.all(
    files.map(async (file) => ({
      words: await readFile(join(folder, file.replace(/\.wav$/, '.txt')), 'utf8'),
      pcm: readWavMono(await readFile(join(folder, file))).pcm,
    })),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { audio } = parseArgs({ options: { audio: { type: 'string' } } }).values;
  show(await run(audio === undefined ? undefined : [audio]));
}
