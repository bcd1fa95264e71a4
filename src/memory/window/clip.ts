/** No text has more characters to a token than this on average, but runs of spaces and the like. */
export const maxCharsPerToken = 8;

export type CountTokens = (text: string) => number;

/** What stands for what is left out. */
const gap = ' … ';

/**
 * Shortens a text to a number of tokens: to its `start` (a system prompt, whose first sentences weigh most), to both
 * `ends` (a question stands at either), or to its first whole `lines` (a block of memories, best first).
 *
 * Counts a few pieces of bounded length rather than the whole text, however long that is.
 * @returns at most `maxTokens` tokens; the empty string when nothing fits
 */
export function clip(
  text: string,
  maxTokens: number,
  keep: 'start' | 'ends' | 'lines',
  countTokens: CountTokens,
): string {
  let chars = Math.min(text.length, Math.max(0, Math.floor(maxTokens)) * maxCharsPerToken);
  while (chars > 0) {
    const kept = chars === text.length ? text : cut(text, chars, keep);
    const tokens = countTokens(kept);
    if (tokens <= maxTokens) return kept;
    chars = Math.min(chars - 1, Math.floor((chars * maxTokens * 0.95) / tokens));
  }
  return '';
}

function cut(text: string, chars: number, keep: 'start' | 'ends' | 'lines'): string {
  if (keep === 'start') return text.slice(0, whole(text, chars)).trimEnd();
  if (keep === 'lines') {
    const end = text.lastIndexOf('\n', chars);
    return end > 0 ? text.slice(0, end) : text.slice(0, whole(text, chars));
  }
  const room = chars - gap.length;
  if (room < 2) return text.slice(0, whole(text, chars));
  const head = whole(text, Math.ceil(room / 2));
  const tail = whole(text, text.length - Math.floor(room / 2));
  return `${text.slice(0, head).trimEnd()}${gap}${text.slice(tail).trimStart()}`;
}

/** The nearest place at or before `at` that does not split a surrogate pair. */
function whole(text: string, at: number): number {
  const isSplit = /[\ud800-\udbff]/u.test(text[at - 1] ?? '') && /[\udc00-\udfff]/u.test(text[at] ?? '');
  return isSplit ? at - 1 : at;
}
