/**
 * How wrong a transcript is: the fewest words that must be put in, left out or replaced to turn it into what was
 * said, divided by the number of words said. Writing that sounds the same counts as the same.
 */
export interface WordErrors {
  /** Words replaced, missing and too many, together. */
  readonly errors: number;
  /** Words of the reference. */
  readonly words: number;
  /** `errors / words`; 0 when both texts are empty, Infinity when only the reference is. */
  readonly rate: number;
}

/**
 * @param reference what was said
 * @param heard what was understood
 */
export function wordErrors(reference: string, heard: string): WordErrors {
  const said = normalizeWords(reference);
  const errors = editDistance(said, normalizeWords(heard));
  return { errors, words: said.length, rate: errors === 0 ? 0 : errors / said.length };
}

const units = [
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen',
  'seventeen eighteen nineteen',
].flatMap((line) => line.split(' '));
const tens = ['', '', ...'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')];
const abbreviations = new Map([
  ['mr', 'mister'],
  ['mrs', 'missus'],
  ['dr', 'doctor'],
  ['ok', 'okay'],
]);

/**
 * Lower-case words without punctuation: hyphens part words, apostrophes stay inside them, whole numbers below 100
 * and a few abbreviations are spelled out. Bracketed sound descriptions are kept: they are errors.
 */
export function normalizeWords(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*/gu) ?? [];
  return words.flatMap((word) => spellOut(word));
}

function spellOut(word: string): string[] {
  if (!/^\d{1,2}$/.test(word)) return [abbreviations.get(word) ?? word];
  const number = Number(word);
  const unit = units[number] ?? units[number % 10] ?? '';
  if (number < 20) return [unit];
  return [tens[Math.floor(number / 10)] ?? '', ...(number % 10 === 0 ? [] : [unit])];
}

/**
 * Levenshtein's distance between two lists of words, where two words written as one are that one: "cold hearted"
 * is "coldhearted".
 */
function editDistance(from: readonly string[], to: readonly string[]): number {
  const rows: number[][] = [];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 0; row <= from.length; row++) {
    rows.push([]);
    for (let column = 0; column <= to.length; column++) {
      const word = from[row - 1];
      const other = to[column - 1];
      const choices = [
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (word === other ? 0 : 1),
        pair(from, row) === other ? at(row - 2, column - 1) : Infinity,
        pair(to, column) === word ? at(row - 1, column - 2) : Infinity,
      ];
      rows[row]?.push(row === 0 && column === 0 ? 0 : Math.min(...choices));
    }
  }
  return at(from.length, to.length);
}

/** The last two of the first `count` words, written as one. */
function pair(words: readonly string[], count: number): string | undefined {
  const [first, second] = words.slice(Math.max(0, count - 2), count);
  return second === undefined ? undefined : `${first ?? ''}${second}`;
}
