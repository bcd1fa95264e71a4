import { type ExtractedFact, type Fact, lineOf, type Slot } from './fact.js';
import { scoreFor } from './fact-search.js';
import { readable } from './readable.js';
import { endsAlso, isSingleValued, opposite, plain } from './relations.js';

const slotOrder: readonly Slot[] = ['name', 'allergy', 'instruction', 'preference'];

/**
 * What is known of one user by now: a fold over what their turns said. Adding is incremental; forgetting a turn folds
 * again what is left, so that what the turn had replaced holds again and nothing of its words stays.
 */
export class FactBook {
  readonly #said = new Map<number, readonly ExtractedFact[]>();
  /** By subject, lower case; oldest first. */
  #facts = new Map<string, Fact[]>();
  #lastTurn = -Infinity;

  /** Takes what one or several turns said. A turn that was added before is replaced. */
  add(facts: readonly ExtractedFact[]): void {
    const turns = new Map<number, ExtractedFact[]>();
    for (const fact of facts) turns.set(fact.sourceTurn, [...(turns.get(fact.sourceTurn) ?? []), fact]);
    let inOrder = true;
    for (const [turn, said] of [...turns].sort(([a], [b]) => a - b)) {
      inOrder &&= turn > this.#lastTurn;
      this.#lastTurn = Math.max(this.#lastTurn, turn);
      this.#said.set(turn, said);
      if (inOrder) for (const fact of said) this.#apply(fact);
    }
    if (!inOrder) this.#fold();
  }

  /** Facts that hold, oldest first. `atMs` asks for those that held then. */
  current(atMs?: number): Fact[] {
    return this.#all().filter((fact) =>
      atMs === undefined
        ? fact.validToMs === undefined
        : fact.validFromMs <= atMs && (fact.validToMs === undefined || fact.validToMs > atMs),
    );
  }

  /** Every value that a relation has had, oldest first, those of the past included. */
  history(subject: string, relation: string): Fact[] {
    return (this.#facts.get(subject.toLowerCase()) ?? []).filter((fact) => fact.relation === relation);
  }

  /** What is worth telling whatever is asked: the user's name, allergies, standing instructions, then preferences, newest first. */
  always(): Fact[] {
    return this.current()
      .filter((fact) => fact.slot !== undefined)
      .sort(
        (a, b) =>
          slotOrder.indexOf(a.slot ?? 'preference') - slotOrder.indexOf(b.slot ?? 'preference') ||
          b.sourceTurn - a.sourceTurn,
      );
  }

  /** Facts that hold and bear on a question, best first: `where do I live` finds `1|lives in|Oslo`. @defaultValue limit 8 */
  findFor(question: string, limit = 8): Fact[] {
    const score = scoreFor(question, this.current());
    return score.slice(0, limit).map(({ fact }) => fact);
  }

  /** Takes back what a turn said. @returns true when it had said something */
  forgetTurn(turnId: number): boolean {
    const had = this.#said.delete(turnId);
    if (had) this.#fold();
    return had;
  }

  /** What a turn said, as {@link FactBook.add} took it; what the side table keeps. */
  saidIn(turnId: number): readonly ExtractedFact[] {
    return this.#said.get(turnId) ?? [];
  }

  /** Facts that hold. */
  get size(): number {
    return this.current().length;
  }

  #all(): Fact[] {
    return [...this.#facts.values()].flat().sort((a, b) => a.sourceTurn - b.sourceTurn);
  }

  #fold(): void {
    this.#facts = new Map();
    this.#lastTurn = -Infinity;
    for (const [turn, said] of [...this.#said].sort(([a], [b]) => a - b)) {
      this.#lastTurn = turn;
      for (const fact of said) this.#apply(fact);
    }
  }

  #apply(said: ExtractedFact): void {
    const key = said.subject.toLowerCase();
    const facts = this.#facts.get(key) ?? [];
    this.#facts.set(key, facts);
    const close = (isOver: (fact: Fact) => boolean): boolean => {
      let closed = false;
      facts.forEach((fact, i) => {
        if (fact.validToMs !== undefined || !isOver(fact)) return;
        // A clock that jumped back ends nothing before it began.
        facts[i] = { ...fact, validToMs: Math.max(said.atMs, fact.validFromMs) };
        closed = true;
      });
      return closed;
    };
    if (said.effect === 'ends') {
      if (!close((fact) => endsAlso(said, fact))) facts.push({ ...begun(said), validToMs: said.atMs });
      return;
    }
    const value = plain(said.value);
    if (
      facts.some(
        (fact) =>
          fact.validToMs === undefined && fact.relation === said.relation && plain(fact.value) === value,
      )
    )
      return;
    if (said.replaces !== undefined) {
      const wrong = plain(said.replaces);
      close((fact) => fact.relation === said.relation && plain(fact.value) === wrong);
    }
    if (isSingleValued(said.relation)) close((fact) => fact.relation === said.relation);
    const against = opposite[said.relation];
    if (against !== undefined) close((fact) => fact.relation === against && plain(fact.value) === value);
    if (said.relation === 'status' && /divorced/iu.test(said.value))
      close((fact) => fact.relation === 'married to');
    if (said.relation === 'is' && value === 'retired')
      close((fact) => /^works (?:at|as|in)$/u.test(fact.relation));
    facts.push(begun(said));
  }
}

function begun(said: ExtractedFact): Fact {
  const { subject, relation, value, slot, sourceTurn, atMs } = said;
  return {
    subject,
    relation,
    value,
    ...(slot ? { slot } : {}),
    sourceTurn,
    validFromMs: atMs,
    line: lineOf(said),
    text: readable(said),
  };
}
