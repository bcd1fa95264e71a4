import { open, readFile, rename, rm } from 'node:fs/promises';
import { SlowcatError } from '../../errors.js';
import { readCt2, type Ct2Model, type Ct2Variable } from './ct2-reader.js';
import { ggmlHeader, ggmlTensor, type GgmlTensor, type WhisperShape } from './ggml-writer.js';
import { readTextTokens } from './gpt2-vocabulary.js';
import { widenHalfFloats } from './half-float.js';
import { melFilters, whisperFftSize, whisperSampleRateHz } from './mel-filters.js';
import { whisperTensors, type TensorSource } from './whisper-tensors.js';

export interface ConvertWhisperFiles {
  /** CTranslate2's `model.bin`, float16. */
  readonly modelBin: string;
  /** CTranslate2's `vocabulary.txt`. */
  readonly vocabularyTxt: string;
  /** The ggml file to write; replaced when it exists. */
  readonly output: string;
}

/** Width of an attention head in every published Whisper. */
const headWidth = 64;

/**
 * Turns a Whisper model for CTranslate2 into one for whisper.cpp, without loss. The same input gives the same
 * bytes. The output appears whole or not at all: it is written beside its place and renamed.
 *
 * @throws SlowcatError `SLOWCAT_MODEL_FORMAT` when a file is not a float16 Whisper model
 */
export async function convertWhisper({
  modelBin,
  vocabularyTxt,
  output,
}: ConvertWhisperFiles): Promise<void> {
  const model = readCt2(await readFile(modelBin));
  const tokens = readTextTokens(await readFile(vocabularyTxt, 'utf8'));
  const partial = `${output}.partial-${process.pid}`;
  try {
    const file = await open(partial, 'w');
    try {
      for (const chunk of whisperToGgml(model, tokens)) await file.write(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * The file in pieces, so that a large model is not held twice.
 *
 * @param textTokens bytes of each text token, end of text last
 */
export function* whisperToGgml(model: Ct2Model, textTokens: readonly Buffer[]): Generator<Buffer> {
  if (model.spec !== 'WhisperSpec') throw malformed(`it is a ${model.spec}`);
  const shape = whisperShape(model);
  yield ggmlHeader(shape, melFilters(shape.melBands, whisperFftSize, whisperSampleRateHz), textTokens);
  for (const source of whisperTensors(shape.audioLayers, shape.textLayers)) {
    yield ggmlTensor(toTensor(find(model, source.variable), source));
  }
}

/** Reads the model's shape off its variables. */
export function whisperShape(model: Ct2Model): WhisperShape {
  const [vocabulary, state] = dims(model, 'decoder/embeddings/weight', 2);
  const [audioContext] = dims(model, 'encoder/position_encodings/encodings', 2);
  const [textContext] = dims(model, 'decoder/position_encodings/encodings', 2);
  const [, melBands] = dims(model, 'encoder/conv1/weight', 3);
  return {
    vocabulary,
    audioContext,
    textContext,
    melBands,
    state,
    heads: state / headWidth,
    audioLayers: countLayers(model, 'encoder'),
    textLayers: countLayers(model, 'decoder'),
  };
}

function toTensor(variable: Ct2Variable, source: TensorSource): GgmlTensor {
  if (variable.type !== 'float16') {
    throw malformed(`variable ${variable.name} is ${variable.type}, not float16`);
  }
  const { dims, bytes } = takePart(variable, source.part);
  const { name } = source;
  switch (source.kind) {
    case 'weights':
      return { name, dims, type: 'float16', bytes };
    case 'column':
      return { name, dims: [...dims, 1], type: 'float32', bytes: widenHalfFloats(bytes) };
    case 'exact':
      return { name, dims, type: 'float32', bytes: widenHalfFloats(bytes) };
  }
}

function takePart(
  { name, dims, bytes }: Ct2Variable,
  part: TensorSource['part'],
): Pick<Ct2Variable, 'dims' | 'bytes'> {
  if (part === undefined) return { dims, bytes };
  const [rows = 0, ...inner] = dims;
  if (rows % part.of !== 0) throw malformed(`variable ${name} does not hold ${part.of} equal parts`);
  const length = bytes.length / part.of;
  return {
    dims: [rows / part.of, ...inner],
    bytes: bytes.subarray(part.index * length, (part.index + 1) * length),
  };
}

function find(model: Ct2Model, name: string): Ct2Variable {
  const variable = model.variables.get(name) ?? model.variables.get(model.aliases.get(name) ?? '');
  if (variable === undefined) throw malformed(`it lacks variable ${name}`);
  return variable;
}

/** The dimensions of a variable that must have so many. */
function dims(model: Ct2Model, name: string, rank: 2 | 3): readonly [number, number, ...number[]] {
  const [first, second, ...rest] = find(model, name).dims;
  if (first === undefined || second === undefined || rest.length !== rank - 2) {
    throw malformed(`variable ${name} is not of rank ${rank}`);
  }
  return [first, second, ...rest];
}

function countLayers(model: Ct2Model, side: 'encoder' | 'decoder'): number {
  let count = 0;
  while (model.variables.has(`${side}/layer_${count}/self_attention/linear_0/weight`)) count++;
  if (count === 0) throw malformed(`its ${side} has no layers`);
  return count;
}

function malformed(fault: string): SlowcatError {
  return new SlowcatError(
    'SLOWCAT_MODEL_FORMAT',
    `Wanted a float16 Whisper model for CTranslate2, but ${fault}. Choose another model.`,
  );
}
