/** What is always worth telling the model, whatever is asked. */
export type Slot = 'name' | 'allergy' | 'instruction' | 'preference';

/** Who, what about them, and what it is: `1`, `dog`, `Potola`. */
export interface Triple {
  /** `1` is the user; otherwise a name (`Anna`), or one known by relation (`1's sister`), or a thing (`spare key`). */
  readonly subject: string;
  /** A noun (`dog`, `favourite food`) or a verb with its preposition (`lives in`), lower case. */
  readonly relation: string;
  /** Words of the turn, or of the question it answers, unchanged. */
  readonly value: string;
}

/** What one turn says about the world. */
export interface ExtractedFact extends Triple {
  /** `holds` begins a fact; `ends` says that it is over ("I no longer work at Shell"). */
  readonly effect: 'holds' | 'ends';
  readonly slot?: Slot;
  /** The value that this one corrects ("no, I meant Tuesday"), also where a relation may have many values. */
  readonly replaces?: string;
  /** The turn it comes from. */
  readonly sourceTurn: number;
  /** When that was said, Unix milliseconds. */
  readonly atMs: number;
}

/** A fact with the time it holds. */
export interface Fact extends Triple {
  readonly slot?: Slot;
  readonly sourceTurn: number;
  /** The turn that said the same last, if any has. */
  readonly saidAgainIn?: number;
  /** Unix milliseconds, when it was said first. */
  readonly validFromMs: number;
  /** Unix milliseconds, when it was replaced or ended; absent while it holds. */
  readonly validToMs?: number;
  /** The compact form: `1|dog|Potola`. */
  readonly line: string;
  /** English for the prompt: `user's dog is named Potola`. */
  readonly text: string;
}

/** The subject that stands for the user. */
export const userSubject = '1';

/** `1|dog|Potola`; a bar inside a part becomes a slash, so that the line can be split again. */
export function lineOf({ subject, relation, value }: Triple): string {
  return joinParts([subject, relation, value]);
}

/** As {@link lineOf}, of what is left of a triple. */
export function joinParts(parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll('|', '/')).join('|');
}
