import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Embedder } from '../engines/interfaces.js';
import { createMiniLm, defaultMiniLmOptions } from '../engines/minilm/index.js';

/** The embedder that comes with the package, not warmed up; undefined where its weights were left out. */
export function localEmbedder(): Embedder | undefined {
  const { modelDir } = defaultMiniLmOptions;
  return existsSync(join(modelDir, 'tokenizer.json')) ? createMiniLm() : undefined;
}
