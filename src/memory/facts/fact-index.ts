import type { Fact } from './fact.js';
import { readAsked, scoreOf, stemsOfFact, type FactStems } from './fact-search.js';

/** With more facts than this that share a word with a question, the newest of each word are looked at. */
const mostScored = 500;

/** Facts by the words that they can be found by, so that an answer takes no longer among thousands than among ten. */
export class FactIndex {
  readonly #stems = new Map<Fact, FactStems>();
  readonly #byStem = new Map<string, Set<Fact>>();
  /** How many facts are about a subject with this word. */
  readonly #subjects = new Map<string, number>();

  get size(): number {
    return this.#stems.size;
  }

  add(fact: Fact): void {
    const stems = stemsOfFact(fact);
    this.#stems.set(fact, stems);
    for (const stem of wordsOf(stems)) {
      const facts = this.#byStem.get(stem);
      if (facts) facts.add(fact);
      else this.#byStem.set(stem, new Set([fact]));
    }
    for (const stem of stems.subject) this.#subjects.set(stem, (this.#subjects.get(stem) ?? 0) + 1);
  }

  remove(fact: Fact): void {
    const stems = this.#stems.get(fact);
    if (!stems) return;
    this.#stems.delete(fact);
    for (const stem of wordsOf(stems)) {
      const facts = this.#byStem.get(stem);
      facts?.delete(fact);
      if (facts?.size === 0) this.#byStem.delete(stem);
    }
    for (const stem of stems.subject) {
      const left = (this.#subjects.get(stem) ?? 1) - 1;
      if (left > 0) this.#subjects.set(stem, left);
      else this.#subjects.delete(stem);
    }
  }

  /** Facts that bear on a question, best first, of equals the newest first. */
  find(question: string, limit: number): Fact[] {
    const asked = readAsked(question);
    const ofOthers = [...asked.asked].some((stem) => this.#subjects.has(stem));
    const found: { readonly fact: Fact; readonly score: number }[] = [];
    for (const fact of this.#sharing([
      ...asked.asked,
      ...asked.meant,
      ...(asked.onlyName ? ['#name'] : []),
    ])) {
      const stems = this.#stems.get(fact);
      const score = stems ? scoreOf(stems, fact, asked, ofOthers) : 0;
      if (score > 0) found.push({ fact, score });
    }
    found.sort((a, b) => b.score - a.score || b.fact.sourceTurn - a.fact.sourceTurn);
    return found.slice(0, limit).map(({ fact }) => fact);
  }

  /** Facts that have one of the words. */
  #sharing(stems: readonly string[]): Set<Fact> {
    const sharing = new Set<Fact>();
    // Rare words first: they say most, and the frequent ones may have to be cut.
    const lists = [...new Set(stems)].flatMap((stem) => this.#byStem.get(stem) ?? []);
    for (const facts of lists.sort((a, b) => a.size - b.size)) {
      const left = mostScored - sharing.size;
      for (const fact of facts.size <= left ? facts : newest(facts, left)) sharing.add(fact);
    }
    return sharing;
  }
}

function wordsOf({ subject, relation, value, kinds }: FactStems): Set<string> {
  return new Set([...subject, ...relation, ...value, ...kinds]);
}

/** The facts that were taken last. A set gives them in the order in which they came. */
function newest(facts: ReadonlySet<Fact>, count: number): Fact[] {
  const newestFirst: Fact[] = [];
  let passed = 0;
  for (const fact of facts) if (passed++ >= facts.size - count) newestFirst.push(fact);
  return newestFirst;
}
