import { expect, it } from 'vitest';
import { llmTokenUsage } from './llm-token-usage.js';

it('adds up, and leaves out what the engine does not know', () => {
  expect(llmTokenUsage({ promptTokens: 9, completionTokens: 3 })).toEqual({
    promptTokens: 9,
    completionTokens: 3,
    totalTokens: 12,
  });
  expect(llmTokenUsage({ promptTokens: 9, completionTokens: 3, cachedPromptTokens: 0 })).toMatchObject({
    totalTokens: 12,
    cacheReadInputTokens: 0,
  });
});
