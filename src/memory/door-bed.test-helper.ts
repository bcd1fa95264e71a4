import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openMemory, type MaintainedMemory, type MemoryOptions } from './memory.js';

/** A folder with memories in it on a clock that a test sets; all are closed and gone at its end. */
export class DoorBed {
  nowMs = Date.UTC(2026, 10, 21, 12);
  /** Texts that were embedded. */
  readonly embedded: string[] = [];
  readonly #memories: MaintainedMemory[] = [];

  private constructor(readonly dataDir: string) {}

  static async make(): Promise<DoorBed> {
    return new DoorBed(await mkdtemp(join(tmpdir(), 'slowcat-door-')));
  }

  async open(options: Partial<MemoryOptions> = {}): Promise<MaintainedMemory> {
    const memory = await openMemory({ dataDir: this.dataDir, nowMs: () => this.nowMs, ...options });
    this.#memories.push(memory);
    return memory;
  }

  /** Texts that share words are near each other; counts what it is asked. */
  readonly embed = (texts: readonly string[]): Promise<Float32Array[]> => {
    this.embedded.push(...texts);
    return Promise.resolve(texts.map(bagOfWords));
  };

  async remove(): Promise<void> {
    await Promise.all(this.#memories.map((memory) => memory.close()));
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** The files below the data folder that have any of these bytes. */
  async filesWith(...wanted: readonly (string | Uint8Array)[]): Promise<string[]> {
    const entries = await readdir(this.dataDir, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const contents = await Promise.all(files.map((file) => readFile(file)));
    const needles = wanted.map((bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes)));
    return files.filter((_, i) => needles.some((bytes) => contents[i]?.includes(bytes)));
  }
}

/** A unit vector of 384 numbers. */
export function bagOfWords(text: string): Float32Array {
  const vector = new Float32Array(384);
  for (const word of ['', ...(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]) {
    const hash = createHash('sha256').update(word).digest();
    for (let i = 0; i < 24; i += 2) {
      const at = hash.readUInt16BE(i) % vector.length;
      vector[at] = (vector[at] ?? 0) + (hash.readUInt8(30 - i) % 2) * 2 - 1;
    }
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
