/** Where the int8 vectors of one user's turns are kept, beside those that the index holds. */
export interface Shelf {
  get(turnId: number): Int8Array | undefined;
  set(turnId: number, vector: Int8Array): void;
  /** What is there of turns `from <= turnId < to` already. */
  load(from: number, to: number): Iterable<readonly [number, Int8Array]>;
  /** Makes what was set last durable. */
  flush(): Promise<void>;
}

/** Keeps nothing: all there is of the vectors is what the index holds. */
export const noShelf: Shelf = {
  get: () => undefined,
  set: () => undefined,
  load: () => [],
  flush: () => Promise.resolve(),
};

/** Vectors of one user: where they are kept, and how many bytes of them the index may hold in memory. */
export interface KeptVectors {
  readonly shelf: Shelf;
  readonly heldBytes: number;
}
