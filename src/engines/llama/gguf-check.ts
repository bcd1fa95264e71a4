import { open } from 'node:fs/promises';
import { SlowcatError } from '../../errors.js';

/** "GGUF", the first four bytes of every file of that format. */
const magic = 0x46554747;
/** Magic, version, tensor count and metadata count. */
const headerBytes = 24;

/**
 * Looks at the head of a GGUF file before the native library does, because its own complaints say little.
 *
 * @param role what the file is to the reader of the message, e.g. `language model`
 * @throws `SLOWCAT_MODEL_MISSING` or `SLOWCAT_MODEL_FORMAT`
 */
export async function checkGguf(path: string, role: string): Promise<void> {
  const head = await readHead(path, role);
  if (head.length < headerBytes || head.readUInt32LE(0) !== magic) {
    throw new SlowcatError(
      'SLOWCAT_MODEL_FORMAT',
      `The ${role} at ${path} is not a GGUF file. Fetch it again, or name another file.`,
    );
  }
}

async function readHead(path: string, role: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new SlowcatError(
      'SLOWCAT_MODEL_MISSING',
      `The ${role} is not at ${path}. Fetch the models, or name a file that is there.`,
      { cause },
    );
  }
}
