/** Assembles `src/memory/vectors/kernel.wat` into `kernel-bytes.ts` beside it: run it after a change to the former. */
import { Buffer } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';
import { inRoot } from './lib/paths.mjs';

const source = inRoot('src', 'memory', 'vectors', 'kernel.wat');
const target = inRoot('src', 'memory', 'vectors', 'kernel-bytes.ts');

/** The kernel's bytes as WebAssembly. */
export async function assemble() {
  const { parseWat } = await wabt();
  const module = parseWat('kernel.wat', await readFile(source, 'utf8'), { simd: true });
  try {
    module.validate();
    return Buffer.from(module.toBinary({ log: false }).buffer);
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === import.meta.filename) {
  const lines = (await assemble()).toString('base64').match(/.{1,100}/g) ?? [];
  const text = [
    '/** `kernel.wat`, assembled by `node scripts/assemble-vector-kernel.mjs`. */',
    'export const kernelBase64 =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
  ];
  await writeFile(target, `${text.join('\n')}\n`);
}
