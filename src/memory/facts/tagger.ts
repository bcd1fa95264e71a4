import { createRequire } from 'node:module';

import type { ItsFunction, Model, WinkMethods } from 'wink-nlp';

import type { Tag, Tagger } from './tokens.js';

type Wink = (model: Model, pipe?: string[]) => WinkMethods;

const require = createRequire(import.meta.url);
let tagger: Tagger | undefined;

/**
 * The part-of-speech tagger, loaded on first use. Loading blocks for 0.1 to 0.2 s (a trained model is decoded), which
 * a server spends at its start with {@link warmUpFacts}.
 */
export function loadTagger(): Tagger {
  tagger ??= makeTagger(require('wink-nlp') as Wink, require('wink-eng-lite-web-model') as Model);
  return tagger;
}

/** Loads the tagger in three steps, between which the event loop runs. Idempotent. */
export async function warmUpFacts(): Promise<void> {
  if (tagger) return;
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const wink = require('wink-nlp') as Wink;
  await pause();
  const model = require('wink-eng-lite-web-model') as Model;
  await pause();
  tagger ??= makeTagger(wink, model);
}

function makeTagger(wink: Wink, model: Model): Tagger {
  const nlp = wink(model, ['pos']);
  const { value, pos } = nlp.its as unknown as Record<'value' | 'pos', ItsFunction<string>>;
  return (words) => {
    const tokens = nlp.readDoc(words.join(' ')).tokens();
    const values = tokens.out(value);
    const tags = tokens.out(pos) as Tag[];
    return align(words, values, tags);
  };
}

/** The tagger may cut words further, or join two; each of our words takes the tag of the piece that begins in it. */
function align(words: readonly string[], pieces: readonly string[], tags: readonly Tag[]): Tag[] {
  const starts = new Map<number, Tag>();
  let at = 0;
  pieces.forEach((piece, i) => {
    starts.set(at, tags[i] ?? 'X');
    at += piece.replace(/\s/gu, '').length;
  });
  let from = 0;
  return words.map((word) => {
    const tag = starts.get(from) ?? 'X';
    from += word.length;
    return tag;
  });
}
