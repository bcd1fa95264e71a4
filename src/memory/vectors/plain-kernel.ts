import {
  chunkVectors,
  dimensions,
  groupVectors,
  layout,
  nearBytes,
  signBytes,
  type Kernel,
} from './kernel.js';

const farBytes = signBytes - nearBytes;

/** What `kernel.wat` does, in plain JavaScript: for machines without SIMD, and to test the other against. */
export class PlainKernel implements Kernel {
  #bytes = new Uint8Array(layout.chunks);
  readonly #sums = new Uint16Array(groupVectors);

  bytes(): Uint8Array {
    return this.#bytes;
  }

  grow(byteLength: number): void {
    if (byteLength <= this.#bytes.length) return;
    const bytes = new Uint8Array(byteLength);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  scan(chunk: number, near: number, limit: number): number {
    const found = new Uint32Array(this.#bytes.buffer, layout.found, chunkVectors);
    const sums = this.#sums;
    let count = 0;
    for (let group = 0; group < chunkVectors / groupVectors; group++) {
      sums.fill(0);
      const first = group * groupVectors;
      this.#addColumns(chunk + first * nearBytes, 0, nearBytes);
      if (!sums.some((sum) => Math.min(255, sum) <= near)) continue;
      this.#addColumns(chunk + chunkVectors * nearBytes + first * farBytes, nearBytes, farBytes);
      for (let lane = 0; lane < groupVectors; lane++) {
        const cost = Math.min(255, sums[lane] ?? 0);
        if (cost <= limit) found[count++] = ((first + lane) << 8) | cost;
      }
    }
    return count;
  }

  dots(count: number): void {
    const { buffer } = this.#bytes;
    const query = new Int16Array(buffer, layout.query, dimensions);
    const places = new Uint32Array(buffer, layout.places, count);
    const dots = new Int32Array(buffer, layout.dots, 2 * count);
    for (let i = 0; i < count; i++) {
      const vector = new Int8Array(buffer, places[i], dimensions);
      let dot = 0;
      let norm = 0;
      for (let d = 0; d < dimensions; d++) {
        const value = vector[d] ?? 0;
        dot += value * (query[d] ?? 0);
        norm += value * value;
      }
      dots[2 * i] = dot;
      dots[2 * i + 1] = norm;
    }
  }

  /** Adds the costs of some of a group's sign bytes, the first of which is byte `first` of each vector. */
  #addColumns(from: number, first: number, columns: number): void {
    const bytes = this.#bytes;
    const sums = this.#sums;
    for (let column = 0; column < columns; column++) {
      const costs = layout.costs + (first + column) * 32;
      for (let lane = 0; lane < groupVectors; lane++) {
        const signs = bytes[from + column * groupVectors + lane] ?? 0;
        sums[lane] =
          (sums[lane] ?? 0) + (bytes[costs + (signs & 15)] ?? 0) + (bytes[costs + 16 + (signs >> 4)] ?? 0);
      }
    }
  }
}
