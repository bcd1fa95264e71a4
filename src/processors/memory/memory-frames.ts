import { DataFrame } from '../../pipeline/index.js';

/** One remembered thing, as a client may show it. */
export interface RecalledItem {
  readonly turnId: number;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** When it was said, milliseconds since the epoch. */
  readonly atMs: number;
  readonly score: number;
}

/** What memory gave the model for this turn. Goes ahead of the LLMContextFrame that holds it. */
export class MemoryRecalledFrame extends DataFrame {
  readonly type = 'MemoryRecalledFrame';
  constructor(
    readonly items: readonly RecalledItem[],
    readonly tookMs: number,
    /** True when the deadline passed and something was left out. */
    readonly late: boolean,
  ) {
    super();
  }
}
