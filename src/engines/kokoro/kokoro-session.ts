import { Tensor, type InferenceSession } from 'onnxruntime-node';

/** What is used of an onnxruntime session. */
export type KokoroSession = Pick<InferenceSession, 'inputNames' | 'outputNames' | 'run'>;

/** Kokoro's inputs and its answer, under kokoro-js' names. */
export interface KokoroInputs {
  readonly inputIds: readonly bigint[];
  /** 256 numbers that make the voice, out of its table by the input's length. */
  readonly style: Float32Array;
  readonly speed: number;
}

export type RunKokoro = (inputs: KokoroInputs) => Promise<Float32Array>;

/** Names of the inputs and the output in the exports of Kokoro v1.0 that are around. */
const exportNames = [
  { ids: 'input_ids', output: 'waveform' },
  { ids: 'tokens', output: 'audio' },
] as const;

/**
 * Makes a session callable, whatever its export names things: `input_ids, style, speed -> waveform` (the hub's
 * onnx-community export) or `tokens, style, speed -> audio` (kokoro-onnx). Throws on any other model.
 */
export function bindKokoro(session: KokoroSession): RunKokoro {
  const names = exportNames.find(
    ({ ids, output }) =>
      [ids, 'style', 'speed'].every((name) => session.inputNames.includes(name)) &&
      session.outputNames.includes(output),
  );
  if (names === undefined) {
    throw new Error(`inputs ${session.inputNames.join(', ')} and outputs ${session.outputNames.join(', ')}`);
  }
  return async ({ inputIds, style, speed }) => {
    const outputs = await session.run({
      [names.ids]: new Tensor('int64', BigInt64Array.from(inputIds), [1, inputIds.length]),
      style: new Tensor('float32', style, [1, style.length]),
      speed: new Tensor('float32', Float32Array.of(speed), [1]),
    });
    const audio = outputs[names.output]?.data;
    if (!(audio instanceof Float32Array))
      throw new Error(`the output ${names.output} holds no 32-bit floats`);
    return audio;
  };
}
