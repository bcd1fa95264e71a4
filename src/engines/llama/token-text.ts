import type { TokenId } from './runtime.js';

/** Tokens given along as context, because a leading space depends on what stands before. */
const contextLength = 8;
/** U+FFFD at the end of a text says that bytes of a character are still to come; four is the longest character. */
const maxHeldTokens = 8;

/**
 * Turns a stream of tokens into a stream of text. A character may be spread over several tokens: they are held
 * back until it is whole, so that no piece ends in half a character.
 */
export class TokenText {
  readonly #decode: (tokens: readonly TokenId[], before: readonly TokenId[]) => string;
  #before: readonly TokenId[] = [];
  #held: TokenId[] = [];

  constructor(decode: (tokens: readonly TokenId[], before: readonly TokenId[]) => string) {
    this.#decode = decode;
  }

  /** @returns the text that is certain by now; often a word, sometimes empty */
  push(token: TokenId): string {
    this.#held.push(token);
    const text = this.#decode(this.#held, this.#before);
    if (text.endsWith('\uFFFD') && this.#held.length < maxHeldTokens) return '';
    this.#before = [...this.#before, ...this.#held].slice(-contextLength);
    this.#held = [];
    return text;
  }

  /** What is left when the stream ends; an unfinished character is dropped. */
  end(): string {
    const text = this.#held.length === 0 ? '' : this.#decode(this.#held, this.#before);
    this.#held = [];
    return text.replace(/\uFFFD+$/u, '');
  }
}
