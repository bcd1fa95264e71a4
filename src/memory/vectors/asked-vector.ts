import { dimensions } from './kernel.js';
import { quantiseFinely } from './quantise.js';
import { signCosts, type SignCosts } from './sign-costs.js';

/** A query's vector as it is compared with others, made ready once for all comparisons of one question. */
export class AskedVector {
  readonly fine: Int16Array;
  /** Of `fine`. */
  readonly length: number;
  readonly #query: Float32Array;
  #costs: SignCosts | undefined;

  /** @throws RangeError when it is not of 384 numbers */
  constructor(query: Float32Array) {
    mustFit(query);
    this.#query = query;
    this.fine = quantiseFinely(query);
    let squares = 0;
    for (const value of this.fine) squares += value * value;
    this.length = Math.sqrt(squares);
  }

  get costs(): SignCosts {
    return (this.#costs ??= signCosts(this.#query));
  }
}

export function mustFit(vector: { readonly length: number }): void {
  if (vector.length !== dimensions) {
    throw new RangeError(`A vector has ${dimensions} numbers, not ${vector.length}.`);
  }
}
