import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLlama, type Llama } from '../../engines/llama/index.js';
import { summarise } from './memory-summary.js';

const modelPath = fileURLToPath(
  new URL(
    '../../../models/fetched/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf',
    import.meta.url,
  ),
);
const notes = [
  "- 2 days ago, user: My dog's name is Potola.",
  '- yesterday, user: We walk in the park at 7 am.',
];
const never = new AbortController().signal;

describe.skipIf(!existsSync(modelPath))(
  'the embedded model as memory model (fetch the models to run this)',
  () => {
    let llama: Llama;

    beforeAll(async () => {
      llama = createLlama({
        modelPath,
        sequences: 1,
        contextTokens: 1024,
        threads: { prompt: 1, answer: 1 },
      });
      await llama.warmUp();
    });

    afterAll(() => llama.close());

    it('says the same of the same notes, and nothing that they do not say', async () => {
      const ask = (question: string): Promise<string | undefined> =>
        summarise(llama, question, notes, 1024, never);
      const once = await ask("What's my dog's name?");
      expect(once).toMatch(/^\[Memory Context - 1 item\]:\n- .*Potola/);
      // Another question in between leaves no trace.
      await ask('When do we walk?');
      expect(await ask("What's my dog's name?")).toBe(once);
    });
  },
);
