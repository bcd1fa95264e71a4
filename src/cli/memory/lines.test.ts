import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { linesOf, type Line } from './lines.js';

let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'slowcat-lines-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function lines(content: string | Uint8Array): Promise<Line[]> {
  const path = join(folder, 'lines');
  await writeFile(path, content);
  const all: Line[] = [];
  for await (const line of linesOf(path)) all.push(line);
  return all;
}

describe('linesOf', () => {
  it('cuts at line feeds only, and counts lines that hold nothing', async () => {
    expect(await lines('\ufeffone\r\n\n  \ntwo\u2028\u0085three\n\ufefffour')).toEqual([
      { number: 1, text: 'one\r' },
      { number: 4, text: 'two\u2028\u0085three' },
      { number: 5, text: '\ufefffour' },
    ]);
    expect(await lines('')).toEqual([]);
  });

  it('puts lines together that are longer than a piece of the file', async () => {
    const long = '🐈'.repeat(50_000);
    expect(await lines(`${long}\nshort\n${long}`)).toEqual([
      { number: 1, text: long },
      { number: 2, text: 'short' },
      { number: 3, text: long },
    ]);
  });

  it('tells which line is not UTF-8, and goes on behind it', async () => {
    expect(await lines(Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x62]))).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: undefined },
      { number: 3, text: 'b' },
    ]);
  });

  it('names a file that cannot be read', async () => {
    const missing = linesOf(join(folder, 'missing')).next();
    await expect(missing).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_FILE' });
    const isFolder = linesOf(folder).next();
    await expect(isFolder).rejects.toMatchObject({ code: 'SLOWCAT_MEMORY_FILE' });
  });
});
