/** Ends like these belong to a word: "Dr.", "p.m.", "U.S.", an initial. */
const abbreviation = /(?:^|[\s("'])(?:Dr|Mr|Mrs|Ms|Prof|Sr|Jr|St|vs|etc|No|approx|(?:\p{L}\.)*\p{L})\.$/u;
const end = /[.!?;…。！？；]["'”’)\]]*$/u;

/**
 * Collects the model's tokens up to the end of a sentence, for the deprecated `bot-transcription`. A piece may hold
 * more than one sentence.
 */
export class SentenceCollector {
  #text = '';

  /** @returns the sentence that this piece ends, spaces included; null when it ends none */
  push(piece: string): string | null {
    this.#text += piece;
    const seen = this.#text.trimEnd();
    if (!end.test(seen) || abbreviation.test(seen)) return null;
    return this.flush();
  }

  /** The rest, when the answer is over; null when there is none. */
  flush(): string | null {
    const text = this.#text;
    this.#text = '';
    return text.trim() === '' ? null : text;
  }
}
