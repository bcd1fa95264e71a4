import { sentences } from './questions.js';
import { contentWords } from './words.js';

/**
 * Shortens a long text to the run of sentences that says most about a query, cut at a word, with `…` where something
 * is left out. Texts up to `maxChars` come back as they are.
 */
export function excerpt(text: string, stems: ReadonlySet<string>, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const parts = sentences(text);
  const hits = parts.map(
    (part) =>
      new Set(
        contentWords(part)
          .map(({ stem }) => stem)
          .filter((s) => stems.has(s)),
      ).size,
  );
  const start = Math.max(0, hits.indexOf(Math.max(0, ...hits)));
  let cut = parts[start] ?? text;
  let end = start + 1;
  for (; end < parts.length; end++) {
    const longer = `${cut} ${parts[end] ?? ''}`;
    if (longer.length > maxChars) break;
    cut = longer;
  }
  const before = start > 0 ? '…' : '';
  if (cut.length <= maxChars) return `${before}${cut}${end < parts.length ? '…' : ''}`;
  const words = cut.slice(0, maxChars);
  return `${before}${words.slice(0, Math.max(words.lastIndexOf(' '), maxChars / 2))}…`;
}
