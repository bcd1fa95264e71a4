/** How often a client tells where it is, in milliseconds. */
export const tellEveryMs = 200;

/**
 * Where a client is that plays in real time what it is sent, as `played-up-to` tells it: milliseconds of all audio of
 * the connection, what was dropped included.
 *
 * Pure: times are milliseconds of one clock and must not run backwards.
 */
export class PlaybackPosition {
  #receivedMs = 0;
  #playedOutAtMs = Number.NEGATIVE_INFINITY;
  #toldMs = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** Audio has come; it is played behind what is there, or at once. */
  received(durationMs: number, nowMs: number): void {
    this.#receivedMs += durationMs;
    this.#playedOutAtMs = Math.max(this.#playedOutAtMs, nowMs) + durationMs;
  }

  /** What is not yet played is dropped. */
  dropped(nowMs: number): void {
    this.#playedOutAtMs = Math.min(this.#playedOutAtMs, nowMs);
  }

  playedMs(nowMs: number): number {
    return this.#receivedMs - Math.max(0, this.#playedOutAtMs - nowMs);
  }

  /**
   * The position to tell now: every {@link tellEveryMs} while it changes, and its end at once.
   *
   * @returns whole milliseconds, undefined when there is nothing to tell
   */
  due(nowMs: number): number | undefined {
    const playedMs = Math.floor(this.playedMs(nowMs));
    if (playedMs === this.#toldMs) return undefined;
    const isOver = nowMs >= this.#playedOutAtMs;
    if (!isOver && nowMs - this.#toldAtMs < tellEveryMs) return undefined;
    this.#toldMs = playedMs;
    this.#toldAtMs = nowMs;
    return playedMs;
  }
}
