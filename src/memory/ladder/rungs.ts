import { stopWords } from '../recall/stop-words.js';

/** How much of a memory is offered: all, 80 %, 50 %, the first word, nothing. */
export type Rung = 'full' | 'most' | 'half' | 'first' | 'forgotten';

/** A fact in its tiniest form: `1|dog|Potola`, where 1 is the user. */
export interface Triple {
  readonly subject: string;
  readonly relation: string;
  readonly value: string;
}

/** A memory stands on a rung while its retention is above this. */
export const rungThresholds = { full: 0.9, most: 0.7, half: 0.4, first: 0.1 } as const;

export function rungOf(retention: number): Rung {
  if (retention > rungThresholds.full) return 'full';
  if (retention > rungThresholds.most) return 'most';
  if (retention > rungThresholds.half) return 'half';
  if (retention > rungThresholds.first) return 'first';
  return 'forgotten';
}

/**
 * What is left of a memory on a rung; the empty string when it is forgotten.
 *
 * A triple loses its value first, down to its initial, then altogether, then the relation: `1 dog Potola`, `1 dog P`,
 * `1 dog`, `1`. A text is whole on the first rung; below, it is in its compressed form (see {@link compressedWords}),
 * of which the most telling 80 % or 50 % of the words stay, or the first of these. Lone surrogates and any script are fine: texts
 * are cut between words, initials between grapheme clusters.
 */
export function atRung(memory: string | Triple, rung: Rung): string {
  return typeof memory === 'string' ? textAt(memory, rung) : tripleAt(memory, rung);
}

function tripleAt(triple: Triple, rung: Rung): string {
  return partsAt(triple, rung).join(' ').trimEnd();
}

/** What is left of a triple's parts: all, the value's initial, two, one, none. */
export function partsAt({ subject, relation, value }: Triple, rung: Rung): readonly string[] {
  switch (rung) {
    case 'full':
      return [subject, relation, value];
    case 'most':
      return [subject, relation, initial(value)];
    case 'half':
      return [subject, relation];
    case 'first':
      return [subject];
    case 'forgotten':
      return [];
  }
}

function textAt(text: string, rung: Rung): string {
  switch (rung) {
    case 'full':
      return text;
    case 'most':
      return tellingPart(compressedWords(text), 0.8).join(' ');
    case 'half':
      return tellingPart(compressedWords(text), 0.5).join(' ');
    case 'first':
      return tellingPart(compressedWords(text), 0.5)[0] ?? '';
    case 'forgotten':
      return '';
  }
}

/** The part of the words that tells most, in their order: what a person remembers of a sentence is not its beginning. */
function tellingPart(words: readonly string[], part: number): readonly string[] {
  const count = Math.max(1, Math.floor(words.length * part));
  const ranked = words
    .map((word, at) => ({ at, weight: weightOf(word, at) }))
    .sort((a, b) => b.weight - a.weight || a.at - b.at)
    .slice(0, count);
  const kept = new Set(ranked.map(({ at }) => at));
  return words.filter((_, at) => kept.has(at));
}

/** A sentence without its "not" says the opposite; names and numbers are what is asked for later. */
function weightOf(word: string, at: number): number {
  const bare = word
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[^\p{L}\p{N}']+/gu, '');
  if (/^(?:no|not|never|nobody|nothing|nowhere)$|n't$/u.test(bare)) return 4;
  if (/\p{N}/u.test(word)) return 3;
  if (stopWords.has(bare) || bare === '') return 0;
  return at > 0 && /^\p{P}*\p{Lu}/u.test(word) ? 3 : 1 + Math.min(1, bare.length / 20);
}

/** Words without meaning of their own, and how many of the others a compressed form keeps: the design document's. */
const fillers = new Set('the is at which on a an as are was were been be'.split(' '));
const maxWords = 20;
/** A longer text is read this far only: its first 20 words are long past. */
const readChars = 4000;

/**
 * The first 20 words of a text that are no fillers, as they were written. The document puts them in lower case; a name
 * is easier to take for one with its capital, and as long. A text of fillers alone keeps them.
 */
export function compressedWords(text: string): string[] {
  const words = text.slice(0, readChars).split(/\s+/u).filter(Boolean);
  const meant = words.filter((word) => !fillers.has(word.toLowerCase()));
  return (meant.length > 0 ? meant : words).slice(0, maxWords);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function initial(value: string): string {
  const [first] = graphemes.segment(value.trimStart().slice(0, 64));
  return first?.segment ?? '';
}
