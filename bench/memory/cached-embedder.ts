import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';

import { createMiniLm } from '../../src/engines/minilm/index.js';
import type { Embed } from '../../src/memory/options.js';

const dimensions = 384;
const atOnce = 512;

/** MiniLM, whose answers may be kept in a file between runs of a benchmark. */
export function cachedEmbedder(path: string | undefined): { embed: Embed; close(): Promise<void> } {
  const engine = createMiniLm({ batchSize: 32 });
  const known = new Map<string, Float32Array>();
  const fresh: string[] = [];
  if (path !== undefined && existsSync(path)) {
    const file = readFileSync(path);
    const size = 20 + dimensions * 4;
    for (let at = 0; at + size <= file.length; at += size) {
      const bytes = Uint8Array.from(file.subarray(at + 20, at + size));
      known.set(file.toString('hex', at, at + 20), new Float32Array(bytes.buffer));
    }
  }
  const keyOf = (text: string): string => createHash('sha1').update(text).digest('hex');
  return {
    embed: async (texts) => {
      const missing = [...new Set(texts)].filter((text) => !known.has(keyOf(text)));
      for (let i = 0; i < missing.length; i += atOnce) {
        const some = missing.slice(i, i + atOnce);
        for (const [j, vector] of (await engine.embed(some)).entries()) {
          const key = keyOf(some[j] ?? '');
          known.set(key, vector);
          fresh.push(key);
        }
      }
      return texts.map((text) => known.get(keyOf(text)) ?? new Float32Array(dimensions));
    },
    close: async () => {
      await engine.close();
      if (path === undefined || fresh.length === 0) return;
      const parts = [...known].map(([key, vector]) =>
        Buffer.concat([Buffer.from(key, 'hex'), Buffer.from(vector.buffer)]),
      );
      writeFileSync(path, Buffer.concat(parts));
    },
  };
}
