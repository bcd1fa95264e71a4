import { z } from 'zod';

/** Kokoro's longest input without the padding at both ends; its voices hold a style for each length up to it. */
export const maxPhonemes = 510;

/** Id of the padding that Kokoro wants before and behind the phonemes. */
const paddingId = 0;

const ids = z.record(z.string(), z.int().nonnegative());
const vocabularySchema = z.union([
  z.object({ vocab: ids }).transform(({ vocab }) => vocab),
  // A tokenizer.json as on the hub.
  z.object({ model: z.object({ vocab: ids }) }).transform(({ model }) => model.vocab),
]);

/** From phoneme character to id. */
export type Vocabulary = ReadonlyMap<string, number>;

/** Reads a `vocab.json` (`{ "vocab": { … } }`) or the hub's `tokenizer.json`. Throws when it is neither. */
export function parseVocabulary(json: string): Vocabulary {
  return new Map(Object.entries(vocabularySchema.parse(JSON.parse(json))));
}

/** Thrown when a text has more phonemes than Kokoro takes; half of the text may do. */
export class TooManyPhonemes extends Error {
  constructor(readonly count: number) {
    super(`${count} phonemes, at most ${maxPhonemes} are possible`);
  }
}

/**
 * Ids of the phonemes between padding. Characters that the model does not know are left out, as in Kokoro
 * itself. Throws {@link TooManyPhonemes}.
 */
export function phonemeIds(phonemes: string, vocabulary: Vocabulary): bigint[] {
  const known: bigint[] = [];
  for (const character of phonemes) {
    const id = vocabulary.get(character);
    if (id !== undefined) known.push(BigInt(id));
  }
  if (known.length > maxPhonemes) throw new TooManyPhonemes(known.length);
  return [BigInt(paddingId), ...known, BigInt(paddingId)];
}

/** A text in two, at the space nearest to its middle, else in its middle. */
export function halves(text: string): [string, string] {
  const middle = Math.floor(text.length / 2);
  const before = text.lastIndexOf(' ', middle);
  const after = text.indexOf(' ', middle);
  const spaces = [before, after].filter((at) => at > 0 && at < text.length - 1);
  const nearest = spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  if (nearest !== undefined) return [text.slice(0, nearest), text.slice(nearest + 1)];
  const characters = Array.from(text);
  const half = Math.ceil(characters.length / 2);
  return [characters.slice(0, half).join(''), characters.slice(half).join('')];
}
