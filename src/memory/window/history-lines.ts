import type { WindowMessage } from './digest.js';

/** A message of the history, as it is shown and what it costs. */
export interface Line<M> {
  readonly source: M;
  readonly shown: WindowMessage;
  readonly tokens: number;
}

/** So many new messages at a time are a conversation that was put in place of another, not one that went on. */
const readAtOnce = 64;
/** So many older messages go into the digest when a long history is met for the first time. */
const digestedAtOnce = 32;

/**
 * The newer messages of a growing history, counted once each.
 *
 * The history is compared by identity with what was seen last time: what is new is counted, what differs is counted
 * again from there, and only the lines at hand are looked at, so that a turn costs the same however long the past is.
 * A history that was replaced, or is met for the first time, is read from its end, as far as it may be shown.
 */
export class HistoryLines<M extends WindowMessage> {
  readonly #cost: (message: WindowMessage) => number;
  readonly #readTokens: number;
  #lines: Line<M>[] = [];
  #tokens = 0;
  /** Messages of the history before the lines at hand, and the last of them. */
  #gone = 0;
  #lastGone: M | undefined;

  /** @param readTokens how far back a history is read that was not seen before */
  constructor(cost: (message: WindowMessage) => number, readTokens: number) {
    this.#cost = cost;
    this.#readTokens = readTokens;
  }

  get lines(): readonly Line<M>[] {
    return this.#lines;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** How many messages are not shown as they are: those before the lines, and those that were shortened. */
  get changed(): number {
    return this.#gone + this.#lines.filter(({ source, shown }) => source !== shown).length;
  }

  /** How many messages lie before the lines. */
  get gone(): number {
    return this.#gone;
  }

  /**
   * Takes over the history `messages[from] .. messages[to - 1]`.
   * @returns messages that are too old to be shown, oldest first, when the history was not seen before; else nothing
   */
  sync(messages: readonly M[], from: number, to: number): { readonly isNew: boolean; readonly older: M[] } {
    const length = to - from;
    const continues =
      length >= this.#gone && (this.#gone === 0 || messages[from + this.#gone - 1] === this.#lastGone);
    if (!continues) return this.#readBack(messages, from, to);
    let same = 0;
    while (same < this.#lines.length && this.#lines[same]?.source === messages[from + this.#gone + same])
      same++;
    const isOther = same === 0 && (this.#gone === 0 || this.#lines.length > 0);
    if (isOther || length - this.#gone - same > readAtOnce) return this.#readBack(messages, from, to);
    this.#replace(this.#lines.slice(0, same));
    for (let i = from + this.#gone + same; i < to; i++) {
      const message = messages[i];
      if (message) this.#push(message);
    }
    return { isNew: false, older: [] };
  }

  /** Takes lines away from the front. */
  drop(count: number): Line<M>[] {
    const dropped = this.#lines.slice(0, count);
    if (dropped.length === 0) return [];
    this.#replace(this.#lines.slice(count));
    this.#gone += dropped.length;
    this.#lastGone = dropped.at(-1)?.source;
    return dropped;
  }

  /** Shows a line differently from now on. */
  show(at: number, shown: WindowMessage): void {
    const line = this.#lines[at];
    if (!line) return;
    const tokens = this.#cost(shown);
    this.#tokens += tokens - line.tokens;
    this.#lines[at] = { source: line.source, shown, tokens };
  }

  #readBack(messages: readonly M[], from: number, to: number): { isNew: true; older: M[] } {
    this.#replace([]);
    let start = to;
    const lines: Line<M>[] = [];
    // The last exchange in any case, however long its answer was.
    while (start > from && (this.#tokens < this.#readTokens || lines.length < 2)) {
      const message = messages[--start];
      if (!message) break;
      const line = { source: message, shown: message, tokens: this.#cost(message) };
      this.#tokens += line.tokens;
      lines.push(line);
    }
    this.#lines = lines.reverse();
    this.#gone = start - from;
    this.#lastGone = start > from ? messages[start - 1] : undefined;
    return { isNew: true, older: messages.slice(Math.max(from, start - digestedAtOnce), start) };
  }

  #push(message: M): void {
    const line = { source: message, shown: message, tokens: this.#cost(message) };
    this.#lines.push(line);
    this.#tokens += line.tokens;
  }

  #replace(lines: Line<M>[]): void {
    this.#lines = lines;
    this.#tokens = lines.reduce((sum, { tokens }) => sum + tokens, 0);
  }
}
