/**
 * Assembles each WebAssembly kernel, `NAME.wat`, into `NAME-bytes.ts` beside it: run it after a change to one of them,
 * `node scripts/assemble-kernels.mjs`.
 */
import { Buffer } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import wabt from 'wabt';
import { inRoot } from './lib/paths.mjs';

const kernels = ['src/memory/vectors/kernel', 'src/memory/recall/postings-kernel'];

/**
 * A kernel's bytes as WebAssembly.
 * @param {string} path from the repository's root, without `.wat`
 */
export async function assemble(path) {
  const { parseWat } = await wabt();
  const module = parseWat(`${path}.wat`, await readFile(inRoot(`${path}.wat`), 'utf8'), { simd: true });
  try {
    module.validate();
    return Buffer.from(module.toBinary({ log: false }).buffer);
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const path of kernels) {
    const lines = (await assemble(path)).toString('base64').match(/.{1,100}/g) ?? [];
    const text = [
      `/** \`${basename(path)}.wat\`, assembled by \`node scripts/assemble-kernels.mjs\`. */`,
      'export const kernelBase64 =',
      `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    ];
    await writeFile(inRoot(`${path}-bytes.ts`), `${text.join('\n')}\n`);
  }
}
