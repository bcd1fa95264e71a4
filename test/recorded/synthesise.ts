/**
 * Makes the synthesised recordings once: `npx tsx test/recorded/synthesise.ts`. They are committed, so that the tests
 * hear the same sound for ever, whatever voice model is used later.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatFloat32, resample, writeWav } from '../../src/audio/index.js';
import { createKokoro } from '../../src/engines/kokoro/index.js';
import { ensureModels } from '../../src/weights/index.js';

const sampleRateHz = 16_000;

/** A text, or silence of so many milliseconds. */
type Part = string | number;

interface Recording {
  readonly file: string;
  readonly voice: string;
  readonly parts: readonly Part[];
}

const recordings: readonly Recording[] = [
  {
    file: 'memory-survives-a-restart/my-dogs-name.wav',
    voice: 'af_bella',
    parts: ["My dog's name is Potola."],
  },
  {
    file: 'memory-survives-a-restart/what-is-my-dogs-name.wav',
    voice: 'af_bella',
    parts: ["What is my dog's name?"],
  },
  {
    file: 'a-pause-inside-a-sentence/pizza.wav',
    voice: 'am_michael',
    parts: ['I would like to order a large pizza', 450, 'with mushrooms and extra cheese.'],
  },
  {
    file: 'a-pause-inside-a-sentence/train.wav',
    voice: 'bf_emma',
    parts: ['My train to Lisbon', 450, 'leaves at seven in the morning.'],
  },
  {
    file: 'a-very-long-turn/weekend.wav',
    voice: 'am_adam',
    parts: [
      'Let me tell you about my weekend. On Saturday morning I woke up early and made pancakes for the whole family.',
      'After breakfast we drove to the lake, which takes about forty minutes when there is no traffic.',
      'The water was still cold, but the children went swimming anyway and stayed in for almost an hour.',
      'In the afternoon we had a picnic under the old oak tree, with bread, cheese, apples and a big chocolate cake.',
      'On the way home we stopped at a small farm and bought fresh eggs and a jar of honey.',
      'On Sunday it rained all day, so we stayed inside, played cards, and watched an old movie about a lighthouse.',
    ],
  },
  {
    file: 'told-by-voice-alone/my-sister.wav',
    voice: 'bf_emma',
    parts: ['My sister Julia works as a nurse in Boston.'],
  },
  {
    file: 'told-by-voice-alone/where-does-she-work.wav',
    voice: 'bf_emma',
    parts: ['Where does my sister work?'],
  },
  {
    file: 'voices/garden.wav',
    voice: 'bm_george',
    parts: ['I planted tomatoes and beans in the garden yesterday.'],
  },
  {
    file: 'voices/bus.wav',
    voice: 'af_sarah',
    parts: ['The bus to the station was twenty minutes late again.'],
  },
  { file: 'voices/music.wav', voice: 'bf_isabella', parts: ['Could you play some quiet music for dinner?'] },
  { file: 'voices/doctor.wav', voice: 'am_fenrir', parts: ['My doctor told me to drink more water.'] },
];

const ready = await ensureModels('default');
const files = ready.get('tts')?.files ?? {};
const kokoro = createKokoro({ modelPath: files['model'] ?? '', vocabularyPath: files['vocabulary'] ?? '' });
for (const { file, voice, parts } of recordings) {
  const path = join(import.meta.dirname, file);
  if (existsSync(path)) continue;
  const pieces: Float32Array[] = [];
  for (const part of parts) {
    if (typeof part === 'number') {
      pieces.push(new Float32Array((part * sampleRateHz) / 1000));
      continue;
    }
    for await (const chunk of kokoro.synthesize(part, { voice })) {
      pieces.push(await resample(chunk.pcm, chunk.sampleRateHz, sampleRateHz));
    }
  }
  mkdirSync(join(path, '..'), { recursive: true });
  const pcm = concatFloat32(pieces);
  writeFileSync(path, writeWav(pcm, { sampleRateHz }));
  process.stdout.write(`${file}: ${(pcm.length / sampleRateHz).toFixed(1)} s\n`);
}
await kokoro.close();
