/** Looks at the converted Whisper tiny.en; whisper.real.test.ts hears with it. */
import { readFile } from 'node:fs/promises';
import { mel_filter_bank } from '@huggingface/transformers';
import { describe, expect, it } from 'vitest';
import { locateModels } from '../index.js';
import { melFilters } from './mel-filters.js';
import { readGgmlTensors } from './read-ggml.test-helper.js';

const path = await locateModels(['whisper-tiny.en']).then(
  (models) => models.get('stt')?.files['model'],
  () => undefined,
);

describe.skipIf(path === undefined)(
  'Whisper tiny.en in ggml (needs its weights: slowcat models fetch)',
  () => {
    it('has the header, vocabulary and tensors that whisper.cpp expects of tiny.en', async () => {
      const { fields, melBands, bins, tokens, tensors } = readGgmlTensors(await readFile(path ?? ''));
      expect(fields).toEqual([51_864, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1]);
      expect([melBands, bins]).toEqual([80, 201]);
      expect(tokens.length).toBeGreaterThanOrEqual(50_256);
      expect(tokens[262]?.toString()).toBe(' the');
      expect(tensors.length).toBe(167);
      expect(new Set(tensors.map(({ name }) => name)).size).toBe(167);
      const embedding = tensors.find(({ name }) => name === 'decoder.token_embedding.weight');
      expect(embedding).toMatchObject({ type: 1, dims: [51_864, 384] });
    });
  },
);

describe('melFilters', () => {
  it.each([80, 128])('equals the bank of Hugging Face for %i bands', (bands) => {
    const bank = mel_filter_bank(201, bands, 0, 8000, 16_000, 'slaney', 'slaney').flat();
    const ours = melFilters(bands, 400, 16_000);
    expect(ours.length).toBe(bank.length);
    expect(Math.max(...bank.map((weight, index) => Math.abs(weight - ours[index]!)))).toBeLessThan(1e-8);
  });
});
