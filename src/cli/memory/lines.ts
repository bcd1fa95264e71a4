import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

import { SlowcatError } from '../../errors.js';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end. Undefined when its bytes are not UTF-8. */
  readonly text: string | undefined;
}

/**
 * The lines of a file, cut at line feeds only: the separators U+2028 and U+2029 may stand inside of JSON strings. Lines
 * of white space are left out, and counted.
 *
 * @throws SlowcatError `SLOWCAT_MEMORY_FILE`
 */
export async function* linesOf(path: string): AsyncGenerator<Line, void> {
  const input: Readable = createReadStream(path);
  try {
    yield* split(input);
  } catch (cause) {
    if (SlowcatError.isInstance(cause)) throw cause;
    throw new SlowcatError('SLOWCAT_MEMORY_FILE', `${path} cannot be read.`, { cause });
  } finally {
    input.destroy();
  }
}

async function* split(input: Readable): AsyncGenerator<Line, void> {
  let number = 0;
  let rest: Buffer[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes: Buffer): Line | undefined => {
    number++;
    try {
      const text = decoder.decode(bytes);
      if (text.trim() === '') return undefined;
      return { number, text: number === 1 ? text.replace(/^\ufeff/u, '') : text };
    } catch {
      return { number, text: undefined };
    }
  };
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      const line = decode(Buffer.concat([...rest, chunk.subarray(from, at)]));
      rest = [];
      from = at + 1;
      if (line) yield line;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  const last = rest.length > 0 ? decode(Buffer.concat(rest)) : undefined;
  if (last) yield last;
}
