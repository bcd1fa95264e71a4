/** An acknowledgement older than this says nothing of now. */
const validMs = 1000;

/**
 * How far the client says that it has played. Positions are milliseconds of all audio that was sent over this
 * connection; what the client has dropped without playing counts as passed.
 *
 * Pure: time comes in as an argument.
 */
export class AcknowledgedPlayback {
  #position: { readonly ms: number; readonly atMs: number } | undefined;
  #fromMs = 0;

  /**
   * The client has played up to `ms`. What lies before the last {@link reset} was on its way when the client was
   * interrupted, and is passed over; nobody can have played more than was sent.
   *
   * @returns false when it is passed over
   */
  take(ms: number, sentMs: number, nowMs: number): boolean {
    if (ms < this.#fromMs) return false;
    this.#position = { ms: Math.min(ms, sentMs), atMs: nowMs };
    return true;
  }

  /** The position, when the client has told it within the last second. */
  at(nowMs: number): number | undefined {
    const known = this.#position;
    return known !== undefined && nowMs - known.atMs <= validMs ? known.ms : undefined;
  }

  /** Everything sent so far is void. */
  reset(sentMs: number): void {
    this.#position = undefined;
    this.#fromMs = sentMs;
  }
}
