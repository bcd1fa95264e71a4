import type { TokenUsage } from '../../engines/interfaces.js';
import type { LLMTokenUsage } from '../../pipeline/index.js';

/** An engine's count as Pipecat's metrics have it; like its OpenAI services, the prompt with what a cache saved. */
export function llmTokenUsage(usage: TokenUsage): LLMTokenUsage {
  const { promptTokens, completionTokens, cachedPromptTokens } = usage;
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    ...(cachedPromptTokens === undefined ? {} : { cacheReadInputTokens: cachedPromptTokens }),
  };
}
