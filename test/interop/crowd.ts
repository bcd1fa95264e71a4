import { setTimeout } from 'node:timers/promises';
import type { TextToSpeech } from '../../src/engines/interfaces.js';
import { createFakeTextToSpeech, createFakeVoiceActivity } from '../../src/testing/index.js';
import { processKinds } from './clients.js';
import { InteropProcess } from './interop-process.js';
import { Stage, countTo, msPerCharacter } from './stage.js';

/** Samples count up to this: 1.25 s, longer than any sentence here. */
const highestSample = 30_000;
const sampleRateHz = 24_000;
/** As Pipecat sends it. */
export const messageMs = 40;

/** What a sentence of this voice takes to make: real ones do not give a whole answer at once either. */
const synthesisMs = 200;

/**
 * A voice whose samples count, 0, 1, 2, … in each sentence, so that what is lost or late shows. It costs next to nothing
 * to make: what is measured is the way to the client.
 */
function countingVoice(): TextToSpeech {
  const ramp = Float32Array.from({ length: highestSample + 1 }, (_, i) => i / 32_768);
  return {
    ...createFakeTextToSpeech({ sampleRateHz }),
    async *synthesize(text, { signal } = {}) {
      for (const sentence of text.match(/[^.]+\./gu) ?? []) {
        await setTimeout(synthesisMs, undefined, signal === undefined ? {} : { signal });
        const said = sentence.trim();
        const samples = (said.length * msPerCharacter * sampleRateHz) / 1000;
        yield { pcm: ramp.slice(0, samples), sampleRateHz, text: said };
      }
    },
  };
}

/** What one client of a crowd received. */
export interface Received {
  readonly client: string;
  /** What the bot wrote, token by token. */
  readonly written: string;
  /** What it has spoken, sentence by sentence. */
  readonly spoken: readonly string[];
  /** What it should have spoken. */
  readonly expected: readonly string[];
  /** Samples that did not follow the one before them. */
  readonly breaks: number;
  readonly voicedSeconds: number;
  readonly arrivalsMs: readonly number[];
}

export const secondsOf = (sentences: readonly string[]): number =>
  sentences.reduce((sum, sentence) => sum + (sentence.length * msPerCharacter) / 1000, 0);

/**
 * So many JavaScript clients in one process, all of whose bots count aloud at once.
 *
 * @param muted without microphones, whose messages are most of the work
 */
export async function crowd(size: number, countUpTo: number, muted = false): Promise<Received[]> {
  const stage = new Stage({ vad: createFakeVoiceActivity(), tts: countingVoice() });
  await stage.open();
  const [kind] = processKinds;
  const process = new InteropProcess(kind!);
  const names = Array.from({ length: size }, (_, i) => `client-${i + 1}`);
  try {
    await Promise.all(
      names.map((client) =>
        process.do(client, 'connect', { url: stage.url(kind!.path, { user: client }), muted }),
      ),
    );
    const since = process.told.length;
    await Promise.all(
      names.map((client) => process.do(client, 'type', { text: `Count to ${countUpTo}, ${client}.` })),
    );
    return await Promise.all(
      names.map(async (client) => {
        await process.until(client, 'bot-stopped-speaking', since);
        const told = process.toldTo(client, since);
        const texts = (event: string) =>
          told.filter((one) => one.event === event).map(({ data }) => (data as { text: string }).text);
        const ramp = (await process.do(client, 'ramp')) as {
          breaks: number;
          voiced: number;
          arrivalsMs: number[];
        };
        return {
          client,
          written: texts('bot-llm-text').join(''),
          spoken: texts('bot-tts-text'),
          expected: countTo(countUpTo, client),
          breaks: ramp.breaks,
          voicedSeconds: ramp.voiced / sampleRateHz,
          arrivalsMs: ramp.arrivalsMs,
        };
      }),
    );
  } finally {
    await process.close();
    await stage.close();
  }
}
