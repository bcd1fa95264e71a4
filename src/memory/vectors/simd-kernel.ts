import { kernelBase64 } from './kernel-bytes.js';
import { layout, type Kernel } from './kernel.js';
import { PlainKernel } from './plain-kernel.js';

/** The part of the WebAssembly API that is used; Node's types leave it to the DOM's, which do not belong here. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  scan(chunk: number, near: number, limit: number, out: number): number;
  dots(query: number, places: number, count: number, out: number): void;
}

const pageBytes = 65_536;
let compiled: object | 'none' | undefined;

/** A kernel in WebAssembly with SIMD, or in plain JavaScript, 20 times slower, where the machine has no SIMD. */
export function createKernel(): Kernel {
  const api = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
  if (compiled === undefined) {
    const binary = Buffer.from(kernelBase64, 'base64');
    compiled = api?.validate(binary) === true ? new api.Module(binary) : 'none';
  }
  if (compiled === 'none' || !api) return new PlainKernel();
  return new SimdKernel(new api.Instance(compiled).exports as Exports);
}

class SimdKernel implements Kernel {
  readonly #exports: Exports;
  #bytes: Uint8Array;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  grow(byteLength: number): void {
    const missing = byteLength - this.#bytes.length;
    if (missing <= 0) return;
    this.#exports.memory.grow(Math.ceil(missing / pageBytes));
    this.#bytes = new Uint8Array(this.#exports.memory.buffer);
  }

  scan(chunk: number, near: number, limit: number): number {
    return this.#exports.scan(chunk, near, limit, layout.found);
  }

  dots(count: number): void {
    this.#exports.dots(layout.query, layout.places, count, layout.dots);
  }
}
