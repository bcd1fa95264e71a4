/** A text and where it was in the list. */
export interface Indexed {
  readonly text: string;
  readonly index: number;
}

/**
 * Cuts a list into batches of texts of like length: the model computes every text of a batch as long as the
 * longest one.
 */
export function batches(texts: readonly string[], size: number): Indexed[][] {
  const byLength = texts
    .map((text, index) => ({ text, index }))
    .sort((a, b) => a.text.length - b.text.length);
  const out: Indexed[][] = [];
  for (let i = 0; i < byLength.length; i += size) out.push(byLength.slice(i, i + size));
  return out;
}
