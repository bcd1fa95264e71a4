import { SlowcatError } from '../errors.js';
import type { SpeechChunk, SynthesizeOptions, TextToSpeech } from '../engines/interfaces.js';

export interface FakeTextToSpeechOptions {
  /** @defaultValue 24000 */
  readonly sampleRateHz?: number;
  /** Length of the tone that a character is spoken with, at speed 1. @defaultValue 50 */
  readonly msPerCharacter?: number;
  /** @defaultValue ['fake_one', 'fake_two'] */
  readonly voices?: readonly string[];
  /** Awaited before each chunk: a scripted delay, or a failure. @defaultValue at once */
  readonly beforeChunk?: (text: string, signal: AbortSignal | undefined) => Promise<void>;
}

export const defaultFakeTextToSpeechOptions = {
  sampleRateHz: 24_000,
  msPerCharacter: 50,
  voices: ['fake_one', 'fake_two'],
  beforeChunk: () => Promise.resolve(),
} as const satisfies FakeTextToSpeechOptions;

/** A {@link TextToSpeech} that keeps what it was asked to say. */
export interface FakeTextToSpeech extends TextToSpeech {
  /** Every text that `synthesize` was called with. */
  readonly asked: readonly string[];
  /** Every chunk that a consumer took. */
  readonly spoken: readonly string[];
}

/** Pitch of the tone; any will do that is audible at 8 kHz. */
const toneHz = 300;

/** Speaks each sentence as a tone whose length tells the number of characters. */
export function createFakeTextToSpeech(options: FakeTextToSpeechOptions = {}): FakeTextToSpeech {
  const { sampleRateHz, msPerCharacter, voices, beforeChunk } = {
    ...defaultFakeTextToSpeechOptions,
    ...options,
  };
  const asked: string[] = [];
  const spoken: string[] = [];
  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another fake voice.');
  };

  async function* synthesize(
    text: string,
    call: SynthesizeOptions = {},
  ): AsyncGenerator<SpeechChunk, void, undefined> {
    const { voice = voices[0] ?? '', speed = 1, signal } = call;
    checkOpen();
    signal?.throwIfAborted();
    if (!voices.includes(voice))
      throw new SlowcatError('SLOWCAT_CONFIG_INVALID', 'The fake has no such voice.');
    if (!(speed >= 0.5 && speed <= 2))
      throw new SlowcatError('SLOWCAT_CONFIG_INVALID', 'Speeds are 0.5 to 2.');
    asked.push(text);
    for (const sentence of text.match(/[^.!?]+[.!?]*/gu) ?? []) {
      const said = sentence.trim();
      if (!/[\p{L}\p{N}]/u.test(said) || /^https?:\S+$/u.test(text)) continue;
      await beforeChunk(said, signal);
      checkOpen();
      signal?.throwIfAborted();
      const length = Math.round((said.length * msPerCharacter * sampleRateHz) / 1000 / speed);
      const pcm = Float32Array.from(
        { length },
        (_, i) => 0.3 * Math.sin((2 * Math.PI * toneHz * i) / sampleRateHz),
      );
      spoken.push(said);
      yield { pcm, sampleRateHz, text: said };
    }
    signal?.throwIfAborted();
  }

  return {
    info: { engine: 'fake', model: 'tone', device: 'cpu' },
    sampleRateHz,
    voices,
    asked,
    spoken,
    synthesize,
    warmUp: () => Promise.resolve().then(checkOpen),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}
