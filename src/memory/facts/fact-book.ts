import { type ExtractedFact, type Fact, lineOf, type Slot, type Triple } from './fact.js';
import { FactIndex } from './fact-index.js';
import { readable } from './readable.js';
import { endsAlso, isSingleValued, opposite, plain } from './relations.js';

const slotOrder: readonly Slot[] = ['name', 'allergy', 'instruction', 'preference'];

/**
 * What is known of one user by now: a fold over what their turns said. Adding is incremental; forgetting a turn folds
 * again what is left, so that what the turn had replaced holds again and nothing of its words stays.
 */
export class FactBook {
  readonly #said = new Map<number, readonly ExtractedFact[]>();
  /** By subject, lower case, then by relation. */
  #facts = new Map<string, Map<string, Values>>();
  /** Facts that hold. */
  #index = new FactIndex();
  /** Of these, those with a slot. */
  #slotted = new Set<Fact>();
  #always: readonly Fact[] | undefined;
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
    if (atMs === undefined) return this.all().filter((fact) => fact.validToMs === undefined);
    return this.all().filter(
      (fact) => fact.validFromMs <= atMs && (fact.validToMs === undefined || fact.validToMs > atMs),
    );
  }

  /** The fact that holds and says the same, whenever it was said first. */
  find({ subject, relation, value }: Triple): Fact | undefined {
    const values = this.#facts.get(subject.toLowerCase())?.get(relation);
    const at = values?.open.get(plain(value));
    return at === undefined ? undefined : values?.facts[at];
  }

  /** Every value that a relation has had, oldest first, those of the past included. */
  history(subject: string, relation: string): Fact[] {
    return [...(this.#facts.get(subject.toLowerCase())?.get(relation)?.facts ?? [])];
  }

  /** What is worth telling whatever is asked: the user's name, allergies, standing instructions, then preferences, newest first. */
  always(limit = Infinity): Fact[] {
    this.#always ??= [...this.#slotted].sort(
      (a, b) =>
        slotOrder.indexOf(a.slot ?? 'preference') - slotOrder.indexOf(b.slot ?? 'preference') ||
        b.sourceTurn - a.sourceTurn,
    );
    return this.#always.slice(0, limit);
  }

  /** Facts that hold and bear on a question, best first: `where do I live` finds `1|lives in|Oslo`. @defaultValue limit 8 */
  findFor(question: string, limit = 8): Fact[] {
    return this.#index.find(question, limit);
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
    return this.#index.size;
  }

  /** Every fact there ever was, oldest first. */
  all(): Fact[] {
    return [...this.#facts.values()]
      .flatMap((relations) => [...relations.values()].flatMap(({ facts }) => facts))
      .sort((a, b) => a.sourceTurn - b.sourceTurn);
  }

  #fold(): void {
    this.#facts = new Map();
    this.#index = new FactIndex();
    this.#slotted = new Set();
    this.#always = undefined;
    this.#lastTurn = -Infinity;
    for (const [turn, said] of [...this.#said].sort(([a], [b]) => a - b)) {
      this.#lastTurn = turn;
      for (const fact of said) this.#apply(fact);
    }
  }

  #apply(said: ExtractedFact): void {
    const key = said.subject.toLowerCase();
    const relations = this.#facts.get(key) ?? new Map<string, Values>();
    this.#facts.set(key, relations);
    const own = relations.get(said.relation) ?? { facts: [], open: new Map<string, number>() };
    relations.set(said.relation, own);
    const value = plain(said.value);
    if (said.effect === 'ends') {
      let ended = false;
      for (const values of relations.values()) {
        for (const [other, at] of values.open) {
          const fact = values.facts[at];
          if (!fact || !endsAlso(said, fact)) continue;
          this.#close(values, other, said.atMs);
          ended = true;
        }
      }
      if (!ended) own.facts.push({ ...begun(said), validToMs: said.atMs });
      return;
    }
    const known = own.open.get(value);
    const same = known === undefined ? undefined : own.facts[known];
    if (known !== undefined && same) {
      const again = { ...same, saidAgainIn: said.sourceTurn };
      own.facts[known] = again;
      this.#dropped(same);
      this.#holds(again);
      return;
    }
    if (said.replaces !== undefined) this.#close(own, plain(said.replaces), said.atMs);
    if (isSingleValued(said.relation)) this.#closeAll(own, said.atMs);
    const against = relations.get(opposite[said.relation] ?? '');
    if (against) this.#close(against, value, said.atMs);
    const over =
      said.relation === 'status' && /divorced/iu.test(said.value)
        ? ['married to']
        : said.relation === 'is' && value === 'retired'
          ? ['works at', 'works as', 'works in']
          : [];
    for (const relation of over) this.#closeAll(relations.get(relation), said.atMs);
    own.open.set(value, own.facts.length);
    const fact = begun(said);
    own.facts.push(fact);
    this.#holds(fact);
  }

  /** A clock that jumped back ends nothing before it began. */
  #close(values: Values, value: string, atMs: number): void {
    const at = values.open.get(value);
    const fact = at === undefined ? undefined : values.facts[at];
    if (at === undefined || !fact) return;
    values.facts[at] = { ...fact, validToMs: Math.max(atMs, fact.validFromMs) };
    values.open.delete(value);
    this.#dropped(fact);
  }

  #closeAll(values: Values | undefined, atMs: number): void {
    for (const value of [...(values?.open.keys() ?? [])]) if (values) this.#close(values, value, atMs);
  }

  #holds(fact: Fact): void {
    this.#index.add(fact);
    if (fact.slot === undefined) return;
    this.#slotted.add(fact);
    this.#always = undefined;
  }

  #dropped(fact: Fact): void {
    this.#index.remove(fact);
    if (this.#slotted.delete(fact)) this.#always = undefined;
  }
}

/** The values that one relation of one subject has had. */
interface Values {
  /** Oldest first. */
  readonly facts: Fact[];
  /** Index of those that hold, by value without articles. */
  readonly open: Map<string, number>;
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
