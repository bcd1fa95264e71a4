import { expect, it } from 'vitest';
import { dot, embedderConformance } from '../conformance/embedder.js';
import { createMiniLm } from './minilm.js';

embedderConformance('MiniLM', () => createMiniLm());

it('understands paraphrases that share no word', async () => {
  const engine = createMiniLm();
  const [question, related, unrelated] = await engine.embed([
    'Which pet do I own?',
    'She adopted a puppy called Potola.',
    'The train to Lisbon leaves at noon.',
  ]);
  expect(dot(question!, related!)).toBeGreaterThan(dot(question!, unrelated!) + 0.15);
  await engine.close();
});

it('says that the model is missing', async () => {
  const engine = createMiniLm({ modelDir: '/nowhere/minilm' });
  await expect(engine.warmUp()).rejects.toMatchObject({ code: 'SLOWCAT_MODEL_MISSING' });
  await engine.close();
});
