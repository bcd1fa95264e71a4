import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLlama } from '../../src/engines/llama/index.js';
import { askAll, embeddedModel, presentations } from './ask.js';

/** Measured on x86-64 with AVX-512: 17, 17 and 19. Another processor rounds otherwise and may lose one. */
const least = 16;

describe.skipIf(!existsSync(embeddedModel.modelPath))(
  'the twenty questions, asked of the embedded model (fetch the models to run these)',
  () => {
    it.each(['alone', 'first-of-3', 'first-of-5'])(
      `answers at least ${least} when the right thing is remembered: %s`,
      async (name) => {
        const how = presentations.find((one) => one.name === name);
        if (how === undefined) throw new Error(`no presentation ${name}`);
        const model = createLlama({
          ...embeddedModel,
          sequences: 1,
          contextTokens: 1024,
          threads: { prompt: 1, answer: 1 },
        });
        try {
          const answered = await askAll(model, how);
          const wrong = answered.filter(({ verdict }) => !verdict.right).map(({ question }) => question.id);
          expect(answered.length - wrong.length, `wrong: ${wrong.join(', ')}`).toBeGreaterThanOrEqual(least);
        } finally {
          await model.close();
        }
      },
    );
  },
);
