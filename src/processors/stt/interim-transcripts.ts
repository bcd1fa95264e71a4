import type { SpeechToText } from '../../engines/interfaces.js';

export interface InterimOptions {
  /** Shortest time between the beginnings of two runs; an engine that takes longer for one is left alone. @defaultValue 600 */
  readonly everyMs: number;
  /**
   * Most of the time that runs may take, 0..1: after one that took long, the next waits in proportion.
   *
   * @defaultValue 0.5
   */
  readonly share: number;
  /** Audio shorter than this holds no word worth telling. @defaultValue 500 */
  readonly minAudioMs: number;
  /** Longer segments get no more interim transcripts: each would take longer than the last. @defaultValue 12000 */
  readonly maxAudioMs: number;
}

export const defaultInterimOptions = {
  everyMs: 600,
  share: 0.5,
  minAudioMs: 500,
  maxAudioMs: 12_000,
} as const satisfies InterimOptions;

/** How busy an engine is, with all sessions together. */
interface Load {
  underWay: number;
  /** What the last call took, waiting for its turn included. */
  tookMs: number;
}

const loads = new WeakMap<SpeechToText, Load>();

function loadOf(engine: SpeechToText): Load {
  let load = loads.get(engine);
  if (!load) loads.set(engine, (load = { underWay: 0, tookMs: 0 }));
  return load;
}

/** Counts a call as under way until it ends, and keeps what it took if it succeeds. */
export async function whileBusy<T>(
  engine: SpeechToText,
  nowMs: () => number,
  call: () => Promise<T>,
): Promise<T> {
  const load = loadOf(engine);
  const begunMs = nowMs();
  load.underWay += 1;
  try {
    const result = await call();
    load.tookMs = nowMs() - begunMs;
    return result;
  } finally {
    load.underWay -= 1;
  }
}

export interface InterimHost {
  readonly stt: SpeechToText;
  readonly nowMs: () => number;
  /** Hears a part of a segment; rejects when the signal fires. */
  readonly hear: (pcm16k: Float32Array, signal: AbortSignal) => Promise<string>;
  /** What is heard so far, when it is something new. */
  readonly tell: (text: string) => void;
}

/**
 * Hears a segment while it is still spoken, again and again as it grows, and stays out of the way of what counts: a run
 * begins only while the voice is heard (so that most are over when the silence that ends the segment has lasted), never
 * beside another run of the same engine, nor when the last one took long, and is dropped when the segment ends.
 */
export class InterimTranscripts {
  readonly #host: InterimHost;
  readonly #options: InterimOptions;
  #running: AbortController | undefined;
  #nextMs = Number.NEGATIVE_INFINITY;
  #told = '';

  constructor(host: InterimHost, options: Partial<InterimOptions> = {}) {
    this.#host = host;
    this.#options = { ...defaultInterimOptions, ...options };
  }

  /**
   * The voice is heard right now.
   *
   * @param audioMs length of the segment so far
   * @param audio the segment so far, 16 kHz; asked for only when it is to be heard
   */
  onVoice(audioMs: number, audio: () => Float32Array): void {
    const { everyMs, minAudioMs, maxAudioMs } = this.#options;
    const { stt, nowMs } = this.#host;
    if (this.#running || audioMs < minAudioMs || audioMs > maxAudioMs) return;
    const { underWay, tookMs } = loadOf(stt);
    if (nowMs() < this.#nextMs || underWay > 0 || tookMs > everyMs) return;
    const running = new AbortController();
    this.#running = running;
    void this.#run(audio(), running);
  }

  /** The segment is over: whatever is still being heard of it is dropped. Idempotent. */
  end(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#told = '';
  }

  async #run(pcm16k: Float32Array, running: AbortController): Promise<void> {
    const { stt, nowMs, hear, tell } = this.#host;
    const { everyMs, share } = this.#options;
    const begunMs = nowMs();
    let text = '';
    try {
      text = await whileBusy(stt, nowMs, () => hear(pcm16k, running.signal));
    } catch {
      // It was dropped; or the engine fails, which the whole segment will tell.
    }
    this.#nextMs = begunMs + Math.max(everyMs, (nowMs() - begunMs) / share);
    if (this.#running !== running) return;
    this.#running = undefined;
    if (text === '' || text === this.#told) return;
    this.#told = text;
    tell(text);
  }
}
