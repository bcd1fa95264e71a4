import { open, type FileHandle } from 'node:fs/promises';
import { SlowcatError } from '../../errors.js';

/**
 * Reads what a Whisper file in ggml format is, and that it is whole, without its weights. whisper.cpp's binding
 * ends the process when a file cannot be loaded, so a file is only handed to it after this.
 */
export interface GgmlWhisper {
  /** Knows languages other than English. */
  readonly multilingual: boolean;
  /** Encoder frames of the full window. */
  readonly audioContext: number;
  /** Id of the end-of-text token; smaller ids are text, larger ones timestamps and tasks. */
  readonly endOfTextId: number;
}

const magic = 0x67676d6c;
/** Vocabularies of this size and above have languages (whisper.cpp's `is_multilingual`). */
const multilingualVocabulary = 51_865;
const englishEndOfText = 50_256;
/** Whisper has at most 32 layers on each side, with 15 and 24 tensors a layer. */
const mostTensors = 2_000;

/** Bytes and elements of a block, by ggml's type number. */
const blocks: Partial<Record<number, readonly [bytes: number, elements: number]>> = {
  0: [4, 1], // f32
  1: [2, 1], // f16
  2: [18, 32], // q4_0
  3: [20, 32], // q4_1
  6: [22, 32], // q5_0
  7: [24, 32], // q5_1
  8: [34, 32], // q8_0
  10: [84, 256], // q2_K
  11: [110, 256], // q3_K
  12: [144, 256], // q4_K
  13: [176, 256], // q5_K
  14: [210, 256], // q6_K
};

/**
 * @throws SlowcatError `SLOWCAT_MODEL_MISSING` when there is no such file, `SLOWCAT_MODEL_FORMAT` when it is not
 * a whole Whisper model
 */
export async function inspectGgmlWhisper(path: string): Promise<GgmlWhisper> {
  const file = await open(path).catch((cause: unknown) => {
    throw new SlowcatError('SLOWCAT_MODEL_MISSING', 'Run `slowcat models` to see which are here.', { cause });
  });
  try {
    return await inspect(file);
  } finally {
    await file.close();
  }
}

async function inspect(file: FileHandle): Promise<GgmlWhisper> {
  const { size } = await file.stat();
  let offset = 0;
  const int32s = async (count: number): Promise<readonly number[]> => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(count * 4), 0, count * 4, offset);
    if (bytesRead < count * 4) throw malformed('it is cut');
    offset += count * 4;
    return Array.from({ length: count }, (_, index) => buffer.readInt32LE(index * 4));
  };
  const int32 = async (): Promise<number> => (await int32s(1))[0] ?? 0;
  const skip = (bytes: number): void => {
    if (bytes < 0 || offset + bytes > size) throw malformed('it is cut');
    offset += bytes;
  };

  if ((await int32()) !== magic) throw malformed('it does not begin like one');
  const [vocabulary = 0, audioContext = 0, , , audioLayers = 0, , , , textLayers = 0] = await int32s(11);
  const [bands = 0, bins = 0] = await int32s(2);
  skip(bands * bins * 4);
  await skipTokens();
  const expected = 11 + 15 * audioLayers + 24 * textLayers;
  let tensors = 0;
  for (; offset < size && tensors < mostTensors; tensors++) {
    const [rank = 0, nameLength = 0, type = 0] = await int32s(3);
    if (rank < 1 || rank > 4) throw malformed('a tensor has an impossible shape');
    const dims = await int32s(rank);
    const [bytes, elements] = blocks[type] ?? [0, 1];
    if (bytes === 0) throw malformed(`tensor type ${type} is unknown`);
    skip(nameLength);
    skip((dims.reduce((product, dim) => product * dim, 1) / elements) * bytes);
  }
  if (tensors !== expected) throw malformed(`it has ${tensors} tensors instead of ${expected}`);
  const multilingual = vocabulary >= multilingualVocabulary;
  return { multilingual, audioContext, endOfTextId: englishEndOfText + (multilingual ? 1 : 0) };

  /** Tokens lie one behind the other, each after its length: read in one piece, 50 thousand reads are slow. */
  async function skipTokens(): Promise<void> {
    const count = await int32();
    const longestToken = 256;
    if (count < 0 || count > 200_000) throw malformed('its vocabulary is impossible');
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(Math.min(count * (4 + longestToken), size - offset)),
      0,
      null,
      offset,
    );
    let position = 0;
    for (let token = 0; token < count; token++) {
      if (position + 4 > bytesRead) throw malformed('its vocabulary is cut');
      position += 4 + buffer.readUInt32LE(position);
    }
    skip(position);
  }
}

function malformed(fault: string): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MODEL_FORMAT',
    `The file is no whole Whisper model: ${fault}. Fetch it again.`,
  );
}
