import type { EngineInfo, PredictTurnEndOptions, TurnEnd } from '../engines/interfaces.js';
import { SlowcatError } from '../errors.js';

export interface FakeTurnEndOptions {
  /**
   * What is predicted: probabilities in the order of calls (after the last, every turn has ended for certain), or a
   * function of the audio. An error is what the call rejects with.
   * @defaultValue every turn has ended
   */
  readonly predicts?: readonly Prediction[] | ((pcm16k: Float32Array, call: number) => Prediction);
  /** Waits before the given call is answered; a virtual clock's sleep, for instance. @defaultValue no wait */
  readonly beforeAnswer?: (call: number) => Promise<void>;
}

/** Probability 0..1 that the speaker has finished. */
export type Prediction = number | Error;

/** One call, as it was made. */
export interface FakePrediction {
  readonly samples: number;
}

/** Samples that count: 8 s at 16 kHz. */
const turnSamples = 128_000;

/**
 * Predicts what a script says, as fast as it is told to. Behaves like the real one in everything else: one turn
 * after another, the last 8 s, aborts, life after `close()`.
 */
export class FakeTurnEnd implements TurnEnd {
  readonly info: EngineInfo = { engine: 'fake', model: 'scripted', device: 'cpu' };
  /** Every prediction that was begun, oldest first. */
  readonly calls: FakePrediction[] = [];
  readonly #options: FakeTurnEndOptions;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: FakeTurnEndOptions = {}) {
    this.#options = options;
  }

  async warmUp(): Promise<void> {
    await Promise.resolve();
    this.#throwIfClosed();
  }

  async predict(pcm16k: Float32Array, options: PredictTurnEndOptions = {}): Promise<number> {
    this.#throwIfClosed();
    const { signal } = options;
    signal?.throwIfAborted();
    const turn = pcm16k.slice(-turnSamples);
    const answer = this.#last.then(async () => {
      signal?.throwIfAborted();
      const call = this.calls.push({ samples: pcm16k.length }) - 1;
      await this.#options.beforeAnswer?.(call);
      this.#throwIfClosed();
      return this.#answer(turn, call);
    });
    this.#last = answer.catch(() => undefined);
    return signal === undefined ? answer : untilAborted(answer, signal);
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #answer(turn: Float32Array, call: number): number {
    const { predicts = [] } = this.#options;
    const prediction = typeof predicts === 'function' ? predicts(turn, call) : (predicts[call] ?? 1);
    if (prediction instanceof Error) throw prediction;
    return prediction;
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Create another fake turn end.');
  }
}

/** Waits no longer than the signal allows. */
function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
