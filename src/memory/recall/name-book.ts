import type { Word } from './words.js';

interface Entry {
  count: number;
  lastTurn: number;
}

/** So many turns later a name needs to have been said twice as often to come before a fresh one. */
const halfLifeTurns = 200;
/** Longer answers are sentences, and their first word is capitalised for that reason alone. */
const maxBareAnswerWords = 3;
const namePattern = /^\p{Lu}\p{Ll}/u;
/** Capitalised in English, known to every recogniser, nobody's name. */
const calendarWords = new Set(
  (
    'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august ' +
    'september october november december christmas easter english god mr mrs ms dr sure maybe nothing good great right'
  ).split(' '),
);

/** Names that a user has said, for priming the ear. Turns may come in any order. */
export class NameBook {
  readonly #names = new Map<string, Entry>();

  /** @param isAnswer the turn answers a question, so that a bare "Potola." is a name rather than a sentence's start */
  add(turnId: number, words: readonly Word[], isAnswer: boolean): void {
    const isBare = isAnswer && words.length > 0 && words.length <= maxBareAnswerWords;
    for (const { surface, isName } of words) {
      if (!namePattern.test(surface) || calendarWords.has(surface.toLowerCase())) continue;
      const known = this.#names.get(surface);
      if (known) {
        known.count++;
        known.lastTurn = Math.max(known.lastTurn, turnId);
      } else if (isName || isBare) {
        this.#names.set(surface, { count: 1, lastTurn: turnId });
      }
    }
  }

  /** The names most worth knowing at a turn: said lately and often. */
  best(limit: number, nowTurn: number): string[] {
    const worth = ({ count, lastTurn }: Entry): number =>
      Math.log2(1 + count) - (nowTurn - lastTurn) / halfLifeTurns;
    return [...this.#names]
      .sort(([a, x], [b, y]) => worth(y) - worth(x) || y.lastTurn - x.lastTurn || (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([name]) => name);
  }
}
