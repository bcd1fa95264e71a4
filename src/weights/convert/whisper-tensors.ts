/**
 * Which CTranslate2 variable becomes which tensor of a Whisper checkpoint (OpenAI's names).
 * CTranslate2 stacks projections that read the same input: Q, K, V of self-attention and K, V of
 * cross-attention lie below each other in one matrix, and are taken apart again here.
 */
export interface TensorSource {
  /** Name in the Whisper checkpoint. */
  readonly name: string;
  /** Name of the CTranslate2 variable. */
  readonly variable: string;
  /** Take the given one of so many equal stacks of rows; all rows when absent. */
  readonly part?: { readonly index: number; readonly of: number };
  /**
   * - `weights`: matrices and convolution kernels, stored as 16-bit floats
   * - `column`: a convolution's bias, stored as 32-bit floats of shape [n, 1]
   * - `exact`: biases, norms and positions, stored as 32-bit floats
   */
  readonly kind: 'weights' | 'column' | 'exact';
}

/** Every tensor of a model, in the order they are written. */
export function whisperTensors(audioLayers: number, textLayers: number): TensorSource[] {
  return [
    { name: 'encoder.positional_embedding', variable: 'encoder/position_encodings/encodings', kind: 'exact' },
    ...convolution('conv1'),
    ...convolution('conv2'),
    ...layers(audioLayers, (n) => block(`encoder/layer_${n}`, `encoder.blocks.${n}`)),
    ...norm('encoder/layer_norm', 'encoder.ln_post'),
    { name: 'decoder.positional_embedding', variable: 'decoder/position_encodings/encodings', kind: 'exact' },
    // The same matrix embeds tokens and, transposed, scores the next one.
    { name: 'decoder.token_embedding.weight', variable: 'decoder/embeddings/weight', kind: 'weights' },
    ...layers(textLayers, (n) => [
      ...block(`decoder/layer_${n}`, `decoder.blocks.${n}`),
      ...crossAttention(`decoder/layer_${n}/attention`, `decoder.blocks.${n}`),
    ]),
    ...norm('decoder/layer_norm', 'decoder.ln'),
  ];
}

function layers(count: number, make: (index: number) => TensorSource[]): TensorSource[] {
  return Array.from({ length: count }, (_, index) => make(index)).flat();
}

function block(from: string, to: string): TensorSource[] {
  const self = `${from}/self_attention`;
  return [
    ...linear(`${self}/linear_0`, `${to}.attn.query`, { index: 0, of: 3 }),
    // Whisper's keys have no bias: CTranslate2 stacks zeros in its place.
    ...linear(`${self}/linear_0`, `${to}.attn.key`, { index: 1, of: 3 }, 'no bias'),
    ...linear(`${self}/linear_0`, `${to}.attn.value`, { index: 2, of: 3 }),
    ...linear(`${self}/linear_1`, `${to}.attn.out`),
    ...norm(`${self}/layer_norm`, `${to}.attn_ln`),
    ...linear(`${from}/ffn/linear_0`, `${to}.mlp.0`),
    ...linear(`${from}/ffn/linear_1`, `${to}.mlp.2`),
    ...norm(`${from}/ffn/layer_norm`, `${to}.mlp_ln`),
  ];
}

function crossAttention(from: string, to: string): TensorSource[] {
  return [
    ...linear(`${from}/linear_0`, `${to}.cross_attn.query`),
    ...linear(`${from}/linear_1`, `${to}.cross_attn.key`, { index: 0, of: 2 }, 'no bias'),
    ...linear(`${from}/linear_1`, `${to}.cross_attn.value`, { index: 1, of: 2 }),
    ...linear(`${from}/linear_2`, `${to}.cross_attn.out`),
    ...norm(`${from}/layer_norm`, `${to}.cross_attn_ln`),
  ];
}

function linear(from: string, to: string, part?: TensorSource['part'], bias?: 'no bias'): TensorSource[] {
  const stack = part === undefined ? {} : { part };
  const weight: TensorSource = {
    name: `${to}.weight`,
    variable: `${from}/weight`,
    kind: 'weights',
    ...stack,
  };
  if (bias === 'no bias') return [weight];
  return [weight, { name: `${to}.bias`, variable: `${from}/bias`, kind: 'exact', ...stack }];
}

function norm(from: string, to: string): TensorSource[] {
  return [
    { name: `${to}.weight`, variable: `${from}/gamma`, kind: 'exact' },
    { name: `${to}.bias`, variable: `${from}/beta`, kind: 'exact' },
  ];
}

function convolution(name: string): TensorSource[] {
  return [
    { name: `encoder.${name}.weight`, variable: `encoder/${name}/weight`, kind: 'weights' },
    { name: `encoder.${name}.bias`, variable: `encoder/${name}/bias`, kind: 'column' },
  ];
}
