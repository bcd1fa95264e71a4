/**
 * When to send the next piece of audio, and how much of what was sent has been heard by now.
 *
 * A WebSocket gives no sign of what a client has played, so both answers come from one model: the client plays in
 * real time what it was given, and stops when it has nothing left. Sending stays a constant lead ahead of that
 * model. A larger lead rides over a late timer or a slow network; a smaller one leaves less to be heard after the
 * user interrupts, because browser clients cannot drop audio that they already have.
 */
export interface PacerOptions {
  /**
   * Audio that the client still holds when the next chunk goes out, in milliseconds; 0..2000. Right after a send it
   * holds one chunk more. With 40 the timing is Pipecat's own.
   *
   * @defaultValue 120
   */
  readonly leadMs: number;
}

export const defaultPacerOptions = { leadMs: 120 } as const satisfies PacerOptions;

/** What a client had heard when its playout was reset. */
export interface PlayoutMark {
  /** Sent since the last reset and heard, in milliseconds. */
  readonly playedMs: number;
  /** Sent since the last reset and not yet heard, in milliseconds. */
  readonly unplayedMs: number;
}

/** Pure: time comes in as an argument and must not run backwards. */
export class Pacer {
  readonly #leadMs: number;
  /** The moment at which the client will have played everything sent so far. */
  #playedOutAtMs = Number.NEGATIVE_INFINITY;
  #sentMs = 0;

  constructor(options: Partial<PacerOptions> = {}) {
    this.#leadMs = options.leadMs ?? defaultPacerOptions.leadMs;
  }

  /** How long to wait before the next chunk may be sent; 0 means now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.remainingMs(nowMs) - this.#leadMs);
  }

  /**
   * Records a chunk as sent. When the client had already run dry, playout starts anew from now: time lost is not
   * caught up, only the lead is filled again.
   */
  sent(nowMs: number, durationMs: number): void {
    this.#playedOutAtMs = Math.max(this.#playedOutAtMs, nowMs) + durationMs;
    this.#sentMs += durationMs;
  }

  /** Audio sent and, by estimate, not yet heard. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#playedOutAtMs - nowMs);
  }

  /** Audio sent since the last reset and, by estimate, heard. */
  playedMs(nowMs: number): number {
    return Math.max(0, this.#sentMs - this.remainingMs(nowMs));
  }

  /** The moment at which all audio sent so far will have been heard; -Infinity when none was sent. */
  get playedOutAtMs(): number {
    return this.#playedOutAtMs;
  }

  /** Starts anew, as after an interruption: the next chunk may go at once. Says what had been heard. */
  reset(nowMs: number): PlayoutMark {
    const mark = { playedMs: this.playedMs(nowMs), unplayedMs: this.remainingMs(nowMs) };
    this.#playedOutAtMs = Number.NEGATIVE_INFINITY;
    this.#sentMs = 0;
    return mark;
  }
}
