/**
 * Whisper spells names as they stand in the text that it believes to follow. Given as its prompt, a list of names
 * is also a nuisance: small models begin with words of their own ("Investors and Mr. John …"), lose others, and
 * read the list back on a sound without words. So the prompt only ever corrects: what is heard without it
 * stands, and a second run with it may replace a word by a name that sounds like it, in the same place.
 */

/** Keeps the prompt's cost to a few milliseconds and leaves the model's context to the speech. */
const longestPrompt = 240;

/** The prompt's beginning, cut at a word, on one line. */
export function fitPrompt(prompt: string): string {
  const line = prompt.replace(/\s+/g, ' ').trim();
  if (line.length <= longestPrompt) return line;
  const cut = line.lastIndexOf(' ', longestPrompt);
  return line.slice(0, cut > 0 ? cut : longestPrompt);
}

/** The capitalised words of a prompt, lower-cased, without possessive endings. */
export function namesIn(prompt: string): ReadonlySet<string> {
  const words = prompt.match(/[\p{L}\p{M}'’]+/gu) ?? [];
  return new Set(words.filter((word) => /^\p{Lu}/u.test(word)).map(bare));
}

/** Whether some word, or two in a row, sounds like one of the names and is not written like it. */
export function mayMiss(text: string, names: ReadonlySet<string>): boolean {
  const words = text.split(/\s+/);
  return words.some((word, index) => {
    const next = words[index + 1];
    return soundsLikeName(word, names) || (next !== undefined && soundsLikeName(word + next, names));
  });
}

function soundsLikeName(word: string, names: ReadonlySet<string>): boolean {
  const own = bare(word);
  return !names.has(own) && [...names].some((name) => soundAlike(own, name));
}

/**
 * @param heard what was heard without the prompt
 * @param primed what was heard with it
 * @returns `heard`, with names in the place of words that sound like them and stand among the same neighbours
 */
export function correctNames(heard: string, primed: string, names: ReadonlySet<string>): string {
  const words = heard.split(/\s+/);
  const others = primed.split(/\s+/);
  for (const [at, other] of others.entries()) {
    const name = bare(other);
    if (!names.has(name)) continue;
    for (let index = 0; index < words.length; index++) {
      const span = [1, 2].find(
        (length) => fits(words, index, length, name) && neighbours(words, index, length, others, at),
      );
      if (span === undefined) continue;
      const last = words[index + span - 1] ?? '';
      const ending = /[^\p{L}\p{M}\p{N}]*$/u.exec(last)?.[0] ?? '';
      words.splice(index, span, other.replace(/[^\p{L}\p{M}\p{N}]+$/u, '') + ending);
      break;
    }
  }
  return words.join(' ');
}

/** Two words fit only where the name is split over both: in "else is" the first alone is it, the second a word. */
function fits(words: readonly string[], index: number, length: number, name: string): boolean {
  if (index + length > words.length) return false;
  const parts = words.slice(index, index + length);
  if (length > 1 && parts.some((part) => soundAlike(bare(part), name))) return false;
  const joined = bare(parts.join(''));
  return joined !== name && soundAlike(joined, name);
}

/** Whether the word before or the word behind is the same in both; the ends count as the same. */
function neighbours(
  words: readonly string[],
  index: number,
  length: number,
  others: readonly string[],
  at: number,
): boolean {
  const same = (one: string | undefined, other: string | undefined): boolean =>
    bare(one ?? '') === bare(other ?? '');
  return same(words[index - 1], others[at - 1]) || same(words[index + length], others[at + 1]);
}

/**
 * By their consonants, where those that differ in voice alone are one. Names of a single consonant must
 * also be spelled alike: too many short words share it.
 */
function soundAlike(one: string, other: string): boolean {
  const [skeleton, otherSkeleton] = [consonants(one), consonants(other)];
  if (skeleton !== otherSkeleton || skeleton === '') return false;
  return (
    skeleton.length > 1 || (Math.abs(one.length - other.length) <= 1 && one.startsWith(other.slice(0, 1)))
  );
}

const voices: readonly (readonly [RegExp, string])[] = [
  [/ph|v/g, 'f'],
  [/[cgqj]h?/g, 'k'],
  [/z/g, 's'],
  [/d/g, 't'],
  [/b/g, 'p'],
  [/x/g, 'ks'],
  [/[^a-z]|[aeiouyhw]/g, ''],
  [/(.)\1+/g, '$1'],
];

function consonants(word: string): string {
  const plain = word.normalize('NFD').replace(/\p{M}/gu, '');
  return voices.reduce((skeleton, [sound, letter]) => skeleton.replace(sound, letter), plain);
}

function bare(word: string): string {
  return word
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, '')
    .replace(/'s$/, '');
}
