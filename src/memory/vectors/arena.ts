import { layout, type Kernel } from './kernel.js';

/** The memory grows by so much at a time: pages are taken when they are written, so room costs nothing. */
const growBytes = 1 << 20;

/** Gives out pieces of a kernel's memory, and takes them back; nothing that is there is ever moved. */
export class Arena {
  readonly kernel: Kernel;
  /** Pieces that were given back, by size. */
  readonly #free = new Map<number, number[]>();
  #end: number = layout.chunks;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** @param byteLength a multiple of 16 @returns where the piece lies. Throws RangeError when there is no more memory. */
  take(byteLength: number): number {
    const again = this.#free.get(byteLength)?.pop();
    if (again !== undefined) return again;
    const at = this.#end;
    this.#end += byteLength;
    const { length } = this.kernel.bytes();
    if (this.#end > length) this.kernel.grow(Math.max(this.#end, length + growBytes));
    return at;
  }

  /** What was forgotten does not lie about: the piece is wiped. */
  giveBack(at: number, byteLength: number): void {
    this.kernel.bytes().fill(0, at, at + byteLength);
    const free = this.#free.get(byteLength);
    if (free) free.push(at);
    else this.#free.set(byteLength, [at]);
  }
}
