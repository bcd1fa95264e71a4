/**
 * How a model's context window is divided. The shares are the design document's for 4096 tokens (system 256, memory
 * 1024, history 2048, current turn 512, answer 256; compression from 2000, hard limit 3900) and grow in proportion.
 */
export interface WindowShares {
  /** Prompt and answer together. */
  readonly windowTokens: number;
  readonly systemTokens: number;
  readonly memoryTokens: number;
  readonly historyTokens: number;
  readonly currentTokens: number;
  readonly answerTokens: number;
  /** A prompt of fewer tokens than this is left as it is. */
  readonly compressFromTokens: number;
  /** No prompt has more tokens than this; it always leaves room for the answer. */
  readonly hardLimitTokens: number;
}

/** 4k is the default, 8k for a model with room, 32k for deep recall with a long-context model. */
export type ContextPreset = '4k' | '8k' | '32k';

export const contextPresets = ['4k', '8k', '32k'] as const satisfies readonly ContextPreset[];

export const presetTokens = { '4k': 4096, '8k': 8192, '32k': 32_768 } as const satisfies Record<
  ContextPreset,
  number
>;

/**
 * @param windowTokens prompt and answer together
 * @param answerTokens room that is kept for the answer, at most half the window. @defaultValue a sixteenth of the window
 */
export function windowShares(windowTokens: number, answerTokens?: number): WindowShares {
  const part = (tokensOf4096: number): number => Math.floor((windowTokens * tokensOf4096) / 4096);
  const answer = Math.min(answerTokens ?? part(256), Math.floor(windowTokens / 2));
  const hardLimitTokens = Math.min(part(3900), windowTokens - answer);
  return {
    windowTokens,
    systemTokens: part(256),
    memoryTokens: part(1024),
    historyTokens: part(2048),
    currentTokens: part(512),
    answerTokens: answer,
    compressFromTokens: Math.min(part(2000), hardLimitTokens),
    hardLimitTokens,
  };
}
