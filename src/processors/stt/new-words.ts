/** Of the words said before, so many may be heard differently when all is heard again. */
const mostChanged = 0.34;

const normal = (word: string) => word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/**
 * What `whole`, the transcript of a whole turn, has beyond `before`, the transcript of its beginning.
 *
 * The two may differ in a word or in punctuation, because a model hears a sentence better with its end. The beginning
 * is found by the smallest number of changed words (Levenshtein distance against every beginning of `whole`).
 *
 * @returns the new words as they stand in `whole`, or null when `whole` does not begin like `before`
 */
export function newWords(before: string, whole: string): string | null {
  const old = before.split(/\s+/u).map(normal).filter(Boolean);
  const tokens = whole.split(/\s+/u).filter((token) => normal(token) !== '');
  if (old.length === 0) return tokens.join(' ');
  // distances[k]: changes that turn the old words into the first k words of the whole.
  let distances = Array.from({ length: tokens.length + 1 }, (_, k) => k);
  for (const [index, word] of old.entries()) {
    const next = [index + 1];
    for (const [k, token] of tokens.entries()) {
      const same = normal(token) === word ? 0 : 1;
      next.push(Math.min((distances[k] ?? 0) + same, (distances[k + 1] ?? 0) + 1, (next[k] ?? 0) + 1));
    }
    distances = next;
  }
  const fewest = Math.min(...distances);
  if (fewest > old.length * mostChanged) return null;
  return tokens.slice(distances.lastIndexOf(fewest)).join(' ');
}
