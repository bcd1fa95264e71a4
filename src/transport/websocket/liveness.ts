import type { CancelTimer, Clock } from '../../pipeline/clock.js';

export interface LivenessOptions {
  /**
   * Time between two pings. A peer that leaves two of them unanswered is dead, so that a half-open socket is found
   * within three intervals.
   *
   * @defaultValue 10000
   */
  readonly pingIntervalMs: number;
  /**
   * A peer that sends no message for so long has left without saying so; 0 lets it stay for ever.
   *
   * @defaultValue 300000, Pipecat's idle timeout
   */
  readonly idleTimeoutMs: number;
}

export const defaultLivenessOptions = {
  pingIntervalMs: 10_000,
  idleTimeoutMs: 300_000,
} as const satisfies LivenessOptions;

export interface LivenessActions {
  ping(): void;
  /** The peer no longer answers. Called at most once. */
  onDead(): void;
  /** The peer answers but says nothing. Called at most once. */
  onIdle(): void;
}

const missedPingsAllowed = 2;

/**
 * Finds peers that went away. Pings are counted, not the time since the last sign of life: after this process itself
 * was held up (a suspended laptop, a long pause), answers may still wait unread.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #options: LivenessOptions;
  readonly #actions: LivenessActions;
  #missedPings = 0;
  #lastMessageMs: number;
  #paused = false;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock, actions: LivenessActions, options: Partial<LivenessOptions> = {}) {
    this.#clock = clock;
    this.#actions = actions;
    this.#options = { ...defaultLivenessOptions, ...options };
    this.#lastMessageMs = clock.nowMs();
    this.#arm();
  }

  /** A message came. */
  onMessage(): void {
    this.#missedPings = 0;
    this.#lastMessageMs = this.#clock.nowMs();
  }

  onPong(): void {
    this.#missedPings = 0;
  }

  /** While we do not read, an unanswered ping means nothing. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#missedPings = 0;
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.#cancel = this.#clock.schedule(this.#options.pingIntervalMs, () => {
      this.#arm();
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#paused) return;
    if (this.#missedPings >= missedPingsAllowed) {
      this.close();
      this.#actions.onDead();
      return;
    }
    const { idleTimeoutMs } = this.#options;
    if (idleTimeoutMs > 0 && this.#clock.nowMs() - this.#lastMessageMs >= idleTimeoutMs) {
      this.close();
      this.#actions.onIdle();
      return;
    }
    this.#missedPings += 1;
    this.#actions.ping();
  }
}
