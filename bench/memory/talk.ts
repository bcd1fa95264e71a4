/** Made-up talk for load tests: a vocabulary as skewed as language is, the same every time. */
const vocabularySize = 20_000;
const wordsPerTurn = 20;

/** @returns a function that gives the next turn's text; names come up now and then */
export function talker(seed: number): () => string {
  const random = generator(seed);
  const zipf = (): number => Math.floor(vocabularySize ** random()) - 1;
  return () => {
    const count = 1 + Math.floor(random() * 2 * wordsPerTurn);
    const words = Array.from({ length: count }, () => word(zipf()));
    if (random() < 0.2) words.push(`and ${name(zipf())}`);
    return `I said ${words.join(' ')}.`;
  };
}

/**
 * A question about three words, as rare and as frequent as they come.
 * @param asking by default in words that a voice session takes as a wish to think back, which takes longer
 */
export function questioner(seed: number, asking = 'What did I say about'): () => string {
  const random = generator(seed);
  const zipf = (): number => Math.floor(vocabularySize ** random()) - 1;
  return () => `${asking} ${word(zipf())} ${word(zipf())} and ${word(zipf())}?`;
}

const syllables = 'ba de fi go ku la me ni po ru sa te vi zo'.split(' ');

function word(n: number): string {
  let text = '';
  for (let rest = n + syllables.length; rest > 0; rest = Math.floor(rest / syllables.length)) {
    text += syllables[rest % syllables.length] ?? '';
  }
  return text;
}

function name(n: number): string {
  const text = word(n % 200);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Mulberry32: 32 bits of state, good enough to pick words. Numbers in 0..1, 1 excluded. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
