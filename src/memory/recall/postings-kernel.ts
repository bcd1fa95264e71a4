import { kernelBase64 } from './postings-kernel-bytes.js';

/** Documents in a page. Sixteen kilobytes of sums stay in the processor's nearest cache. */
export const pageDocs = 8192;

/** Where things lie, in bytes: sums as int16 (one before the page's first and one behind its last), then the others. */
const layout = { sums: 0, impacts: 16_512, found: 32_768, end: 65_536 } as const;

/** The two loops over all documents of a page, and the memory that they work on. No sum or total may pass 32767. */
export interface PostingsKernel {
  /** A sum for each document of the page; `sums[0]` is the document's before the page, so that document i is at i + 1. */
  readonly sums: Int16Array;
  /** The impacts that `addDense` adds, a byte for each document. */
  readonly impacts: Uint8Array;
  /** What `select` found, from the last document to the first: document << 16 | total. */
  readonly found: Uint32Array;
  /** Adds round(impact x factor / 256) to each document's sum. @param factor 0..32767 */
  addDense(factor: number): void;
  /**
   * Finds the documents that have a sum and whose sum and shares of their neighbours' sums come to more than a limit.
   * @param previous share of the document before's sum in 1/32768
   * @param next share of the document behind's sum in 1/32768
   * @returns how many
   */
  select(limit: number, previous: number, next: number): number;
}

interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  addDense(impacts: number, factor: number): void;
  select(limit: number, previous: number, next: number, out: number): number;
}

let shared: PostingsKernel | undefined;

/** The process's kernel: a search does not wait in its midst, so that one is enough for all. */
export function sharedKernel(): PostingsKernel {
  return (shared ??= simdKernel() ?? plainKernel());
}

/** The kernel in WebAssembly; undefined where the machine has no SIMD. */
export function simdKernel(): PostingsKernel | undefined {
  const api = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
  const binary = Buffer.from(kernelBase64, 'base64');
  if (api?.validate(binary) !== true) return undefined;
  const kernel = new api.Instance(new api.Module(binary)).exports as Exports;
  return {
    ...viewsOf(kernel.memory.buffer),
    addDense: (factor) => kernel.addDense(layout.impacts, factor),
    select: (limit, previous, next) => kernel.select(limit, previous, next, layout.found),
  };
}

/** The same in plain JavaScript, some ten times slower. */
export function plainKernel(): PostingsKernel {
  const views = viewsOf(new ArrayBuffer(layout.end));
  const { sums, impacts, found } = views;
  const part = (sum: number, share: number): number => (sum * share + 0x4000) >> 15;
  return {
    ...views,
    addDense: (factor) => {
      for (let doc = 0; doc < pageDocs; doc++) {
        sums[doc + 1] = (sums[doc + 1] ?? 0) + part((impacts[doc] ?? 0) << 7, factor);
      }
    },
    select: (limit, previous, next) => {
      let count = 0;
      for (let doc = pageDocs - 1; doc >= 0; doc--) {
        const own = sums[doc + 1] ?? 0;
        if (own <= 0) continue;
        const total = own + part(sums[doc] ?? 0, previous) + part(sums[doc + 2] ?? 0, next);
        if (total > limit) found[count++] = (doc << 16) | total;
      }
      return count;
    },
  };
}

function viewsOf(buffer: ArrayBuffer): Pick<PostingsKernel, 'sums' | 'impacts' | 'found'> {
  return {
    sums: new Int16Array(buffer, layout.sums, pageDocs + 2),
    impacts: new Uint8Array(buffer, layout.impacts, pageDocs),
    found: new Uint32Array(buffer, layout.found, pageDocs),
  };
}
