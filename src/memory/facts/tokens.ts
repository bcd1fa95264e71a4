/** Part of speech, after the Universal Dependencies tag set. */
export type Tag = 'ADJ' | 'ADP' | 'ADV' | 'AUX' | 'CCONJ' | 'DET' | 'INTJ' | 'NOUN' | 'NUM' | 'PART' | 'PRON' | 'PROPN' | 'PUNCT' | 'SCONJ' | 'SYM' | 'VERB' | 'X' | 'SPACE'; // prettier-ignore

/** A word or mark of a sentence; contractions are two (`do`, `n't`). */
export interface Token {
  /** As written. */
  readonly text: string;
  /** Lower case, curly apostrophes made straight, `'m` and the like kept. */
  readonly low: string;
  /** Offsets into the text it was read from, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly tag: Tag;
  /** Begins with a capital letter. */
  readonly capital: boolean;
}

export interface Sentence {
  readonly tokens: readonly Token[];
  /** It ends with a question mark. */
  readonly asks: boolean;
}

/** Gives a tag to each word; the words of one sentence at a time. */
export type Tagger = (words: readonly string[]) => readonly Tag[];

const tokenPattern =
  /(?:Mr|Mrs|Ms|Dr|St|Prof|Jr)\.(?=\s)|[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[-.:/@_+][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*(?:['’][\p{L}]+)*|[.!?…;\n]+|[^\s\p{L}\p{N}]/giu;
const endMark = /^[.!?…;\n]+$/u;
const contractionEnd = /(n't|'(?:s|m|re|ve|ll|d))$/u;
/** Nobody says more in one breath, and a sentence of this length keeps the grammar's work bounded. */
const maxSentenceTokens = 120;

/** Cuts a text into sentences of tagged tokens. Words between double quotes are left out: they are someone else's. */
export function readSentences(text: string, tag: Tagger): Sentence[] {
  const sentences: Sentence[] = [];
  let raw: Omit<Token, 'tag'>[] = [];
  let quoted = false;
  const finish = (asks: boolean): void => {
    if (raw.length > 0 && raw.length <= maxSentenceTokens) {
      const tags = tag(raw.map((token) => token.text));
      sentences.push({ tokens: raw.map((token, i) => ({ ...token, tag: tags[i] ?? 'X' })), asks });
    }
    raw = [];
  };
  for (const match of text.matchAll(tokenPattern)) {
    const word = match[0];
    if (/^["“”«»]$/u.test(word)) {
      quoted = !quoted;
      // One mark stands for all that is quoted.
      if (quoted) raw.push({ text: '"', low: '"', start: match.index, end: match.index + 1, capital: false });
      continue;
    }
    if (quoted) continue;
    if (endMark.test(word)) {
      finish(word.includes('?'));
      continue;
    }
    raw.push(...split(word, match.index));
  }
  finish(false);
  return sentences;
}

function split(word: string, start: number): Omit<Token, 'tag'>[] {
  const low = word.toLowerCase().replaceAll('’', "'");
  const make = (from: number, to: number): Omit<Token, 'tag'> => ({
    text: word.slice(from, to),
    low: low.length === word.length ? low.slice(from, to) : word.slice(from, to).toLowerCase(),
    start: start + from,
    end: start + to,
    capital: from === 0 && /^\p{Lu}/u.test(word),
  });
  const ending = low.length === word.length ? contractionEnd.exec(low)?.[1] : undefined;
  if (ending === undefined || ending.length === low.length) {
    // Recognisers drop the apostrophe: "im", "ive", "dont".
    const bare = /^(?:im|ive)$/u.test(low)
      ? 1
      : /^(?:dont|doesnt|isnt|cant|arent|wasnt)$/u.test(low)
        ? low.length - 2
        : 0;
    if (bare === 0) return [make(0, word.length)];
    const [first, second] = [make(0, bare), make(bare, word.length)];
    return [first, { ...second, low: low === 'im' ? "'m" : low === 'ive' ? "'ve" : "n't" }];
  }
  const cut = word.length - ending.length;
  return [make(0, cut), make(cut, word.length)];
}

/** The source's words from the first to the last of some tokens, white space made single. */
export function wordsOf(text: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (!first || !last) return '';
  return text.slice(first.start, last.end).replace(/\s+/gu, ' ').trim();
}
