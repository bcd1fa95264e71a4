/** Reads ggml files back, for tests. Written from the format's description, not from the writer. */
export interface ReadTensor {
  readonly name: string;
  /** 0 is float32, 1 is float16. */
  readonly type: number;
  /** Outermost first. */
  readonly dims: readonly number[];
  readonly bytes: Buffer;
}

export interface ReadGgml {
  /** The eleven integers after the magic. */
  readonly fields: readonly number[];
  readonly melBands: number;
  readonly bins: number;
  readonly tokens: readonly Buffer[];
  readonly tensors: readonly ReadTensor[];
}

export function readGgmlTensors(file: Buffer): ReadGgml {
  let offset = 4;
  const take = (length: number): Buffer => file.subarray(offset, (offset += length));
  const int32 = (): number => take(4).readInt32LE();
  const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

  const fields = times(11, int32);
  const [melBands, bins] = [int32(), int32()];
  take(melBands * bins * 4);
  const tokens = times(int32(), () => take(int32()));
  const tensors: ReadTensor[] = [];
  while (offset < file.length) {
    const [rank, nameLength, type] = [int32(), int32(), int32()];
    const dims = times(rank, int32).toReversed();
    const name = take(nameLength).toString('utf8');
    const elements = dims.reduce((product, size) => product * size, 1);
    tensors.push({ name, type, dims, bytes: take(elements * (type === 0 ? 4 : 2)) });
  }
  if (offset !== file.length) throw new Error('the last tensor is cut');
  return { fields, melBands, bins, tokens, tensors };
}
