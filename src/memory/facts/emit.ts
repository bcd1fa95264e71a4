import type { ExtractedFact, Slot } from './fact.js';
import type { Ref } from './subject.js';
import type { Token } from './tokens.js';

/** A fact before it is known whose turn it is. */
export interface Finding {
  readonly subject: Ref | string;
  readonly relation: string;
  readonly value: string;
  readonly effect?: ExtractedFact['effect'];
  readonly slot?: Slot;
}

/** Makes findings about one subject from a relation and the words of its value; none when there are no words. */
export type MakeFact = (relation: string, phrase: readonly Token[], extra?: Partial<Finding>) => Finding[];
