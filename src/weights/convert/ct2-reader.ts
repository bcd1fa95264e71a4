import { SlowcatError } from '../../errors.js';

/**
 * Reads the model file of CTranslate2 (`model.bin`, binary version 6, little endian):
 * version, spec name, revision, a count, then each variable as name, rank, dimensions, type, byte count and
 * bytes, and at last aliases. A string is a 16-bit length that counts a trailing NUL, then the bytes.
 */

/** Element types by their number in the file. */
const types = ['float32', 'int8', 'int16', 'int32', 'float16'] as const;
const bytesPerElement = { float32: 4, int8: 1, int16: 2, int32: 4, float16: 2 } as const;

export type Ct2Type = (typeof types)[number];

export interface Ct2Variable {
  /** Slashed path, e.g. `encoder/conv1/weight`. */
  readonly name: string;
  /** Row-major; empty for a scalar. */
  readonly dims: readonly number[];
  readonly type: Ct2Type;
  /** A view into the file's bytes, little endian. */
  readonly bytes: Buffer;
}

export interface Ct2Model {
  /** Kind of model, e.g. `WhisperSpec`. */
  readonly spec: string;
  readonly revision: number;
  readonly variables: ReadonlyMap<string, Ct2Variable>;
  /** Alias to the name of the variable it stands for. */
  readonly aliases: ReadonlyMap<string, string>;
}

const supportedVersion = 6;

/**
 * @param file the whole file; the result's variables are views into it
 * @throws SlowcatError `SLOWCAT_MODEL_FORMAT` when the file is cut, overlong, of another version or inconsistent
 */
export function readCt2(file: Buffer): Ct2Model {
  const cursor = new Cursor(file);
  const version = cursor.u32();
  if (version !== supportedVersion) {
    throw malformed(`Its binary version is ${version}, not ${supportedVersion}.`);
  }
  const spec = cursor.string();
  const revision = cursor.u32();
  const variables = new Map<string, Ct2Variable>();
  for (let left = cursor.u32(); left > 0; left--) {
    const variable = readVariable(cursor);
    variables.set(variable.name, variable);
  }
  const aliases = new Map<string, string>();
  for (let left = cursor.u32(); left > 0; left--) {
    const alias = cursor.string();
    aliases.set(alias, cursor.string());
  }
  if (!cursor.atEnd()) throw malformed('Bytes are left after its last alias.');
  return { spec, revision, variables, aliases };
}

function readVariable(cursor: Cursor): Ct2Variable {
  const name = cursor.string();
  const dims = Array.from({ length: cursor.u8() }, () => cursor.u32());
  const type = types[cursor.u8()];
  if (type === undefined) throw malformed(`Variable ${name} has an unknown element type.`);
  const byteCount = cursor.u32();
  const elements = dims.reduce((product, size) => product * size, 1);
  if (elements * bytesPerElement[type] !== byteCount) {
    throw malformed(`Variable ${name} holds ${byteCount} bytes, which do not fit its dimensions.`);
  }
  return { name, dims, type, bytes: cursor.take(byteCount) };
}

/** Reads forward through the file and refuses to read past its end. */
class Cursor {
  readonly #file: Buffer;
  #offset = 0;

  constructor(file: Buffer) {
    this.#file = file;
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  string(): string {
    const length = this.take(2).readUInt16LE();
    if (length === 0) throw malformed('A name has no terminator.');
    return this.take(length).toString('utf8', 0, length - 1);
  }

  take(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#file.length) throw malformed(`It ends after ${this.#file.length} bytes, too early.`);
    const bytes = this.#file.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  atEnd(): boolean {
    return this.#offset === this.#file.length;
  }
}

function malformed(detail: string): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MODEL_FORMAT',
    `Not a CTranslate2 model that can be read. ${detail} Fetch it again.`,
  );
}
