import type { EngineInfo, SpeechToText, TranscribeOptions, Transcript } from '../engines/interfaces.js';
import { SlowcatError } from '../errors.js';

export interface FakeSpeechToTextOptions {
  /**
   * What is heard: transcripts in the order of calls (a text alone has confidence 1; after the last, nothing is
   * heard), or a function of the audio. An error is what the call rejects with.
   */
  readonly hears: readonly Heard[] | ((pcm16k: Float32Array, call: number) => Heard);
  /** Waits before the given call is answered; a virtual clock's sleep, for instance. @defaultValue no wait */
  readonly beforeAnswer?: (call: number) => Promise<void>;
}

export type Heard = string | Transcript | Error;

/** One call, as it was made. */
export interface FakeTranscription {
  readonly samples: number;
  readonly prompt: string | undefined;
}

/**
 * Hears what a script says, as fast as it is told to. Behaves like the real ones in everything else: one
 * segment after another, no words in empty audio, aborts, life after `close()`.
 */
export class FakeSpeechToText implements SpeechToText {
  readonly info: EngineInfo = { engine: 'fake', model: 'scripted', device: 'cpu' };
  /** Every segment that was begun, oldest first. */
  readonly calls: FakeTranscription[] = [];
  readonly #options: FakeSpeechToTextOptions;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: FakeSpeechToTextOptions) {
    this.#options = options;
  }

  async warmUp(): Promise<void> {
    await Promise.resolve();
    this.#throwIfClosed();
  }

  async transcribe(pcm16k: Float32Array, options: TranscribeOptions = {}): Promise<Transcript> {
    this.#throwIfClosed();
    const { signal, prompt } = options;
    const turn = this.#last.then(async () => {
      signal?.throwIfAborted();
      if (pcm16k.length === 0) return { text: '', confidence: 0 };
      const call = this.calls.push({ samples: pcm16k.length, prompt }) - 1;
      await this.#options.beforeAnswer?.(call);
      return this.#answer(pcm16k, call);
    });
    this.#last = turn.catch(() => undefined);
    return signal === undefined ? turn : untilAborted(turn, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  #answer(pcm16k: Float32Array, call: number): Transcript {
    const { hears } = this.#options;
    const heard = typeof hears === 'function' ? hears(pcm16k, call) : (hears[call] ?? '');
    if (heard instanceof Error) throw heard;
    return typeof heard === 'string' ? { text: heard, confidence: heard === '' ? 0 : 1 } : heard;
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another speech-to-text.');
  }
}

/** Waits no longer than the signal allows. */
async function untilAborted<T>(turn: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([turn, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
