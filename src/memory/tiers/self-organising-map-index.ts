import type { SelfOrganisingMap } from './self-organising-map.js';

/**
 * Which documents lie in which cell of a map, so that a search looks at those near the question only (an inverted
 * file, as it is called for vectors).
 */
export class MapIndex {
  readonly #map: SelfOrganisingMap;
  readonly #members = new Map<number, Set<number>>();
  readonly #cellOf = new Map<number, number>();

  constructor(map: SelfOrganisingMap) {
    this.#map = map;
  }

  get size(): number {
    return this.#cellOf.size;
  }

  /** Puts a document into its cell, out of any that it was in. Returns the cell. */
  add(doc: number, vector: Float32Array): number {
    this.remove(doc);
    const cell = this.#map.cellOf(vector);
    const members = this.#members.get(cell);
    if (members === undefined) this.#members.set(cell, new Set([doc]));
    else members.add(doc);
    this.#cellOf.set(doc, cell);
    return cell;
  }

  /** Whether the document was there. */
  remove(doc: number): boolean {
    const cell = this.#cellOf.get(doc);
    if (cell === undefined) return false;
    this.#cellOf.delete(doc);
    const members = this.#members.get(cell);
    members?.delete(doc);
    if (members?.size === 0) this.#members.delete(cell);
    return true;
  }

  /** The documents of the `probes` cells nearest to a vector, the nearest cell's first. */
  near(vector: Float32Array, probes: number): number[] {
    return this.#map.nearest(vector, probes).flatMap((cell) => [...(this.#members.get(cell) ?? [])]);
  }

  /** The documents of each cell that has any: the clusters. */
  clusters(): number[][] {
    return [...this.#members.values()].map((members) => [...members]);
  }
}
