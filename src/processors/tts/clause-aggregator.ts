export interface ClauseAggregatorOptions {
  /** The first clause may end at a comma once it has this many characters: speech begins sooner. @defaultValue 24 */
  readonly firstClauseMinChars: number;
  /** A sentence longer than this is cut at a comma or a space. @defaultValue 200 */
  readonly maxChars: number;
  /** Language of the sentence rules. @defaultValue 'en' */
  readonly language: string;
}

export const defaultClauseAggregatorOptions = {
  firstClauseMinChars: 24,
  maxChars: 200,
  language: 'en',
} as const satisfies ClauseAggregatorOptions;

/** Ends like these belong to a word: the sentence goes on behind them ("Dr.", "p.m.", "U.S.", an initial). */
const abbreviation = /(?:^|[\s("'])(?:Dr|Mr|Mrs|Ms|Prof|Sr|Jr|St|vs|etc|No|approx|(?:\p{L}\.)*\p{L})\.\s*$/u;

/** A sentence can only be told to be over once the next one begins: "$29." may become "$29.95". */
const possibleEnd = /[.!?;:…。！？]["')\]]*\s+\S/u;
const clauseEnd = /[,;:–—](?=\s)/gu;

/**
 * Collects streamed text into pieces that are worth speaking: whole sentences, and a short first clause.
 *
 * Sentence ends are found as in Pipecat 1.14 (a character of lookahead, then the language's rules, here
 * Unicode's by `Intl.Segmenter`), except that common abbreviations end no sentence.
 */
export class ClauseAggregator {
  readonly #options: ClauseAggregatorOptions;
  readonly #segmenter: Intl.Segmenter;
  #pending = '';
  #first = true;

  constructor(options: Partial<ClauseAggregatorOptions> = {}) {
    this.#options = { ...defaultClauseAggregatorOptions, ...options };
    this.#segmenter = new Intl.Segmenter(this.#options.language, { granularity: 'sentence' });
  }

  /** Takes a piece of text and gives back what is complete by now, trimmed, in order. */
  push(text: string): string[] {
    this.#pending += text;
    const done: string[] = [];
    if (possibleEnd.test(this.#pending)) {
      const sentences = this.#sentences();
      this.#pending = sentences.pop() ?? '';
      for (const sentence of sentences) this.#take(done, sentence);
    }
    for (let cut = this.#cutAt(); cut > 0; cut = this.#cutAt()) {
      const piece = this.#pending.slice(0, cut);
      this.#pending = this.#pending.slice(cut);
      this.#take(done, piece);
    }
    return done;
  }

  /** Gives back the rest and starts anew. */
  flush(): string[] {
    const done: string[] = [];
    this.#take(done, this.#pending);
    this.reset();
    return done;
  }

  /** Forgets what is pending. */
  reset(): void {
    this.#pending = '';
    this.#first = true;
  }

  #sentences(): string[] {
    const sentences: string[] = [];
    let open = '';
    for (const { segment } of this.#segmenter.segment(this.#pending)) {
      open += segment;
      if (abbreviation.test(open)) continue;
      sentences.push(open);
      open = '';
    }
    if (open !== '') sentences.push(open);
    return sentences;
  }

  /** Where a piece ends although the sentence goes on; 0 when nowhere. */
  #cutAt(): number {
    const { firstClauseMinChars, maxChars } = this.#options;
    const ends = [...this.#pending.matchAll(clauseEnd)].map((match) => match.index + match[0].length);
    if (this.#first) {
      const early = ends.find((end) => end >= firstClauseMinChars && this.#pending.slice(end).trim() !== '');
      if (early !== undefined) return early;
    }
    if (this.#pending.length <= maxChars) return 0;
    const within = ends.findLast((end) => end <= maxChars);
    if (within !== undefined) return within;
    const space = this.#pending.lastIndexOf(' ', maxChars);
    return space > 0 ? space : maxChars;
  }

  #take(done: string[], piece: string): void {
    const trimmed = piece.trim();
    if (trimmed === '') return;
    done.push(trimmed);
    this.#first = false;
  }
}
