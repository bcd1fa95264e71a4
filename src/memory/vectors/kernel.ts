/** Numbers in a vector: all-MiniLM-L6-v2's size. */
export const dimensions = 384;
/** Bytes that hold a vector's signs, a bit each. */
export const signBytes = dimensions / 8;
/** Vectors whose sign bits lie together, in groups of 16; `kernel.wat` describes the order of the bytes. */
export const chunkVectors = 1024;
export const chunkBytes = chunkVectors * signBytes;
export const groupVectors = 16;
/** Bytes of a vector's signs in the near part of its chunk, which decides what groups are looked at wholly. */
export const nearBytes = 16;
/** Most int8 vectors that one call of `dots` takes. */
export const maxDots = 256;

/** Where things lie in a kernel's memory, in bytes from its beginning. Chunks follow from `chunks` on. */
export const layout = {
  /** For each byte of signs 16 costs of its low four bits, then 16 of its high four. */
  costs: 0,
  /** `chunkVectors` results of `scan`, uint32 each; 1536..1551 is the kernel's own. */
  found: 2048,
  /** The query as int16. */
  query: 6144,
  /** Addresses of `maxDots` int8 vectors, uint32 each. */
  places: 6912,
  /** Room for `maxDots` int8 vectors that are nowhere else in the memory. */
  vectors: 8192,
  /** Two int32 for each of them: dot product with the query, and with itself. */
  dots: 8192 + maxDots * dimensions,
  chunks: 2 * 65_536,
} as const;

/** The inner loops of a vector search over a memory of their own. */
export interface Kernel {
  /** The memory as it is now; `grow` makes older views useless. */
  bytes(): Uint8Array;
  /** Makes the memory at least so many bytes long, keeping what it holds. Throws RangeError when there is no more. */
  grow(byteLength: number): void;
  /**
   * Sums up the cost of each vector of a chunk, 0..255 where 255 is that or more, and leaves those of at most `limit`
   * at `layout.found`, as lane << 8 | cost. Groups whose vectors all cost more than `near` by the near part of their
   * signs are passed over.
   * @returns how many were left
   */
  scan(chunk: number, near: number, limit: number): number;
  /** Dot products of the vectors at the first `count` addresses at `layout.places`, left at `layout.dots`. */
  dots(count: number): void;
}
