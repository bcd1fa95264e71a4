import { contentWords } from '../recall/words.js';
import type { Slices } from '../slices.js';
import { Best } from './best.js';

interface Stem {
  /** What the turns of each cluster that have it weigh. */
  readonly turns: Map<number, number>;
  /** How often it was written how. */
  readonly surfaces: Map<string, number>;
  total: number;
}

/** Finds the words that tell one cluster of turns from the others. */
export class TopicWords {
  readonly #stems = new Map<string, Stem>();
  /** What the turns of each cluster weigh. */
  readonly #sizes = new Map<number, number>();
  #weight = 0;

  /** @param weight above 0: how typical the turn is of its cluster */
  add(cluster: number, text: string, weight: number): void {
    this.#weight += weight;
    this.#sizes.set(cluster, (this.#sizes.get(cluster) ?? 0) + weight);
    const seen = new Set<string>();
    for (const { stem, surface, isName } of contentWords(text)) {
      let found = this.#stems.get(stem);
      if (!found) this.#stems.set(stem, (found = { turns: new Map(), surfaces: new Map(), total: 0 }));
      const written = isName ? surface : surface.toLowerCase();
      found.surfaces.set(written, (found.surfaces.get(written) ?? 0) + 1);
      if (seen.has(stem)) continue;
      seen.add(stem);
      found.total += weight;
      found.turns.set(cluster, (found.turns.get(cluster) ?? 0) + weight);
    }
  }

  /**
   * The words that tell most of each cluster, best first: those whose part of the cluster's turns, times how much
   * likelier they are there than anywhere, is greatest (a term of the Kullback-Leibler divergence of cluster and all).
   * With a single cluster nothing tells more than anything else: what is said most often does.
   */
  async best(count: number, slices: Slices): Promise<ReadonlyMap<number, readonly string[]>> {
    const best = new Map<number, Best<Stem>>();
    for (const found of this.#stems.values()) {
      for (const [cluster, here] of found.turns) {
        const size = this.#sizes.get(cluster) ?? 0;
        const times = (here * this.#weight) / (size * found.total);
        const score = (here / size) * (this.#sizes.size === 1 ? 1 : Math.log(times));
        let top = best.get(cluster);
        if (!top) best.set(cluster, (top = new Best<Stem>(count)));
        top.offer(found, score);
      }
      await slices.rest();
    }
    return new Map([...best].map(([cluster, top]) => [cluster, top.items.map(written)]));
  }
}

function written({ surfaces }: Stem): string {
  return [...surfaces].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? '';
}
