/** Builds CTranslate2 files byte by byte, for tests: real ones are 75 MB. */
import type { Ct2Type } from './ct2-reader.js';

export interface TestVariable {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: Ct2Type;
  readonly bytes: Buffer;
}

const typeNumbers = { float32: 0, int8: 1, int16: 2, int32: 3, float16: 4 } as const;

interface Ct2FileOptions {
  readonly version?: number;
  readonly spec?: string;
  readonly aliases?: Readonly<Record<string, string>>;
}

export function ct2File(
  variables: readonly TestVariable[],
  { version = 6, spec = 'WhisperSpec', aliases = {} }: Ct2FileOptions = {},
): Buffer {
  return Buffer.concat([
    u32(version),
    string(spec),
    u32(3),
    u32(variables.length),
    ...variables.flatMap(({ name, dims, type, bytes }) => [
      string(name),
      Buffer.from([dims.length]),
      ...dims.map(u32),
      Buffer.from([typeNumbers[type]]),
      u32(bytes.length),
      bytes,
    ]),
    u32(Object.keys(aliases).length),
    ...Object.entries(aliases).flatMap(([alias, target]) => [string(alias), string(target)]),
  ]);
}

/** A float16 variable whose values count up from 1 by 1/1024 and begin again before 2, all of them exact in float16. */
export function ramp(name: string, ...dims: number[]): TestVariable {
  const count = dims.reduce((product, size) => product * size, 1);
  const bytes = Buffer.alloc(count * 2);
  for (let index = 0; index < count; index++) bytes.writeUInt16LE(0x3c00 + (index % 1024), index * 2);
  return { name, dims, type: 'float16', bytes };
}

/** A whole Whisper with one layer on each side, 64 wide, vocabulary of 5, 8 mel bands. */
export function tinyWhisper(): TestVariable[] {
  const width = 64;
  const norm = (name: string): TestVariable[] => [ramp(`${name}/gamma`, width), ramp(`${name}/beta`, width)];
  const linear = (name: string, out: number, into: number): TestVariable[] => [
    ramp(`${name}/weight`, out, into),
    ramp(`${name}/bias`, out),
  ];
  const layer = (name: string): TestVariable[] => [
    ...linear(`${name}/self_attention/linear_0`, 3 * width, width),
    ...linear(`${name}/self_attention/linear_1`, width, width),
    ...norm(`${name}/self_attention/layer_norm`),
    ...linear(`${name}/ffn/linear_0`, 4 * width, width),
    ...linear(`${name}/ffn/linear_1`, width, 4 * width),
    ...norm(`${name}/ffn/layer_norm`),
  ];
  return [
    ramp('decoder/embeddings/weight', 5, width),
    ramp('decoder/position_encodings/encodings', 6, width),
    ramp('encoder/position_encodings/encodings', 7, width),
    ramp('encoder/conv1/weight', width, 8, 3),
    ramp('encoder/conv1/bias', width),
    ramp('encoder/conv2/weight', width, width, 3),
    ramp('encoder/conv2/bias', width),
    ...layer('encoder/layer_0'),
    ...norm('encoder/layer_norm'),
    ...layer('decoder/layer_0'),
    ...linear('decoder/layer_0/attention/linear_0', width, width),
    ...linear('decoder/layer_0/attention/linear_1', 2 * width, width),
    ...linear('decoder/layer_0/attention/linear_2', width, width),
    ...norm('decoder/layer_0/attention/layer_norm'),
    ...norm('decoder/layer_norm'),
  ];
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.alloc(2 + text.length + 1);
  bytes.writeUInt16LE(text.length + 1);
  bytes.write(text, 2, 'latin1');
  return bytes;
}
