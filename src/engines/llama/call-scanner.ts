import { callTag } from '../tool-text.js';

/** Parts the text of an answer from a call in it, piece by piece: what may be the beginning of a call is held back. */
export class CallScanner {
  #held = '';
  #shown = '';
  #called = false;

  /** True from the beginning of a call on. */
  get called(): boolean {
    return this.#called;
  }

  /** All text that was let through. */
  get shown(): string {
    return this.#shown;
  }

  /** @returns the text that is certainly no call; empty from the beginning of a call on */
  push(piece: string): string {
    if (this.#called) return '';
    const text = this.#held + piece;
    const at = text.indexOf(callTag.open);
    this.#called = at >= 0;
    return this.#let(text, at >= 0 ? at : text.length - tail(text));
  }

  /** What was held back and is no call after all. */
  end(): string {
    return this.#called ? '' : this.#let(this.#held, this.#held.length);
  }

  #let(text: string, length: number): string {
    const shown = text.slice(0, length);
    this.#held = this.#called ? '' : text.slice(length);
    this.#shown += shown;
    return shown;
  }
}

/** How many characters at the end of a text may be the beginning of a call. */
function tail(text: string): number {
  for (let length = Math.min(callTag.open.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(callTag.open.slice(0, length))) return length;
  }
  return 0;
}
