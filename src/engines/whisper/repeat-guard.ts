/**
 * Finds text that ends by saying the same again. Only the caller can tell a model that did not stop from a
 * person who says "no, no, no": by whether the decoding ended by itself, and by listening again.
 */
export interface TrailingRepeat {
  /** The text up to and with the first time. */
  readonly once: string;
  /** Whole times it is said, at least 2. */
  readonly times: number;
}

/** A word and what follows it up to the next, spaces aside: "Well," and "stop ..." are one each. */
const wordWithPunctuation = /\S*[\p{L}\p{N}]\S*(?:\s+[^\p{L}\p{N}\s]+(?=\s|$))*/gu;

/** @returns the shortest repeat that the text ends with, or undefined; a begun repeat at the end belongs to it */
export function findTrailingRepeat(text: string): TrailingRepeat | undefined {
  const pieces = [...text.matchAll(wordWithPunctuation)];
  const words = pieces.map(([word]) => word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, ''));
  for (let period = 1; period * 2 <= words.length; period++) {
    let start = words.length - period;
    while (start > 0 && words[start - 1] === words[start - 1 + period]) start--;
    const times = Math.floor((words.length - start) / period);
    if (times < 2) continue;
    const last = pieces[start + period - 1];
    if (last === undefined) return undefined;
    return { once: text.slice(0, last.index + last[0].length), times };
  }
  return undefined;
}
