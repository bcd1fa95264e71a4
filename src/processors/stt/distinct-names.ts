/** Names that differ in so many letters may be one name, once misheard. */
const mostLetters = 2;
const shortest = 4;

/**
 * Of names that sound like one another, keeps the first: a name that was misheard before it was spelled must not stand
 * beside its right spelling, or the ear would go on believing it.
 *
 * @param names most worth knowing first
 */
export function distinctNames(names: readonly string[]): string[] {
  const kept: string[] = [];
  for (const name of names) {
    if (!kept.some((other) => other !== name && isLike(other.toLowerCase(), name.toLowerCase())))
      kept.push(name);
  }
  return kept;
}

function isLike(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < shortest || !b.startsWith(a.charAt(0))) return false;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + (a[i] === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) <= Math.min(mostLetters, Math.floor(b.length / 3));
}
