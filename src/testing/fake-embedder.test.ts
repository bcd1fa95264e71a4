import { expect, it } from 'vitest';
import { dot, embedderConformance } from '../engines/conformance/embedder.js';
import { createFakeEmbedder } from './fake-embedder.js';

embedderConformance('FakeEmbedder', () => createFakeEmbedder());

it('knows shared words only', async () => {
  const [a, b] = await createFakeEmbedder({ dimensions: 512 }).embed(['red dog', 'Dog, red!']);
  expect(dot(a!, b!)).toBeCloseTo(1, 5);
});

it('fails as its script says', async () => {
  const engine = createFakeEmbedder({ beforeEmbed: () => Promise.reject(new Error('scripted')) });
  await expect(engine.embed(['x'])).rejects.toThrow('scripted');
});
