/**
 * The parts of a Whisper file for whisper.cpp, each as bytes to be written in this order: header, then tensors.
 * All numbers are little endian.
 */
const magic = 0x67676d6c; // "ggml"
const mostly16Bit = 1;

/** Shape of a Whisper model. Encoder and decoder share state width and head count in every published size. */
export interface WhisperShape {
  /** Tokens with timestamps and tasks. */
  readonly vocabulary: number;
  /** Encoder frames of the 30 s window. */
  readonly audioContext: number;
  readonly audioLayers: number;
  readonly textContext: number;
  readonly textLayers: number;
  /** Width of the residual stream. */
  readonly state: number;
  readonly heads: number;
  readonly melBands: number;
}

export type GgmlType = 'float32' | 'float16';

const typeNumber = { float32: 0, float16: 1 } as const;

export interface GgmlTensor {
  readonly name: string;
  /** Row-major, outermost first; the file wants them innermost first. */
  readonly dims: readonly number[];
  readonly type: GgmlType;
  readonly bytes: Buffer;
}

/**
 * @param melFilters row-major [melBands, bins]
 * @param textTokens bytes of each text token; whisper.cpp names the rest itself
 */
export function ggmlHeader(
  shape: WhisperShape,
  melFilters: Float32Array,
  textTokens: readonly Buffer[],
): Buffer {
  const fields = int32s(
    magic,
    shape.vocabulary,
    shape.audioContext,
    shape.state,
    shape.heads,
    shape.audioLayers,
    shape.textContext,
    shape.state,
    shape.heads,
    shape.textLayers,
    shape.melBands,
    mostly16Bit,
  );
  const filters = Buffer.allocUnsafe(melFilters.length * 4);
  melFilters.forEach((value, index) => filters.writeFloatLE(value, index * 4));
  const tokens = textTokens.flatMap((token) => [int32s(token.length), token]);
  return Buffer.concat([
    fields,
    int32s(shape.melBands, melFilters.length / shape.melBands),
    filters,
    int32s(textTokens.length),
    ...tokens,
  ]);
}

export function ggmlTensor(tensor: GgmlTensor): Buffer {
  const name = Buffer.from(tensor.name, 'utf8');
  return Buffer.concat([
    int32s(tensor.dims.length, name.length, typeNumber[tensor.type], ...tensor.dims.toReversed()),
    name,
    tensor.bytes,
  ]);
}

function int32s(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32LE(value, index * 4));
  return bytes;
}
