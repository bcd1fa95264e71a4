import type { ExtractedFact, Slot } from './fact.js';
import type { Ref } from './subject.js';

/** A fact before it is known whose turn it is. */
export interface Finding {
  readonly subject: Ref | string;
  readonly relation: string;
  readonly value: string;
  readonly effect?: ExtractedFact['effect'];
  readonly slot?: Slot;
}
