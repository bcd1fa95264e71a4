import type { CancelTimer, Clock } from '../../pipeline/clock.js';
import {
  BotSpeakingFrame,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  type Frame,
} from '../../pipeline/frames/index.js';

/** Pipecat's own period of BotSpeakingFrame. */
const speakingPeriodMs = 200;
/** Speech whose end nobody announces ends after this much silence; Pipecat's BOT_VAD_STOP_FALLBACK_SECS. */
const stopFallbackMs = 3000;

/** Tells the pipeline, in both directions, when the bot's voice begins and ends. */
export class BotSpeech {
  readonly #clock: Clock;
  readonly #broadcast: (factory: () => Frame) => void;
  #speaking = false;
  #lastSpeakingMs = Number.NEGATIVE_INFINITY;
  #cancelFallback: CancelTimer | undefined;

  constructor(clock: Clock, broadcast: (factory: () => Frame) => void) {
    this.#clock = clock;
    this.#broadcast = broadcast;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /**
   * A chunk of speech is about to be written.
   *
   * @param heardInMs when it will have been heard, by estimate
   */
  onChunk(heardInMs: number): void {
    if (!this.#speaking) {
      this.#speaking = true;
      this.#broadcast(() => new BotStartedSpeakingFrame());
    }
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lastSpeakingMs >= speakingPeriodMs) {
      this.#lastSpeakingMs = nowMs;
      this.#broadcast(() => new BotSpeakingFrame());
    }
    this.#cancelFallback?.();
    this.#cancelFallback = this.#clock.schedule(heardInMs + stopFallbackMs, () => this.stop());
  }

  /** The speech was heard to its end or was cut. Does nothing when the bot is silent. */
  stop(): void {
    this.close();
    if (!this.#speaking) return;
    this.#speaking = false;
    this.#lastSpeakingMs = Number.NEGATIVE_INFINITY;
    this.#broadcast(() => new BotStoppedSpeakingFrame());
  }

  /** Stops the timer. Idempotent. */
  close(): void {
    this.#cancelFallback?.();
    this.#cancelFallback = undefined;
  }
}
