/**
 * The words of a clause that were heard, when a share of its audio was played: whole words from its beginning, a word
 * counting once all of it was heard. Time is taken to be spread over the characters evenly, which no voice does to the
 * letter; over a clause it is right to about a word.
 *
 * @param share of the clause's audio, 0..1; beyond is taken for the nearest, NaN for 0
 * @returns a beginning of `text`; all of it for 1
 */
export function heardWords(text: string, share: number): string {
  if (share >= 1) return text;
  const heardChars = share > 0 ? share * text.length : 0;
  let end = 0;
  for (const word of text.matchAll(/\S+/gu)) {
    const wordEnd = word.index + word[0].length;
    if (wordEnd > heardChars + roundingChars) break;
    end = wordEnd;
  }
  return text.slice(0, end);
}

/** A share that was divided and multiplied again must not lose the word that it stands for. */
const roundingChars = 1e-6;
