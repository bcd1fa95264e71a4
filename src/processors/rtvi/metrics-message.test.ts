import { expect, it } from 'vitest';
import { metricsMessage } from './metrics-message.js';

it('tells each kind under the name that Pipecat gives it, in seconds, and passes over what RTVI has no name for', () => {
  const llm = { processor: 'LLM#0', model: 'm' };
  const { type, data } = metricsMessage([
    { kind: 'ttfb', ...llm, valueSecs: 0.2 },
    { kind: 'processing', ...llm, valueSecs: 0.5 },
    { kind: 'processing', processor: 'Memory#0', valueSecs: 0.01 },
    {
      kind: 'llm-usage',
      ...llm,
      usage: { promptTokens: 9, completionTokens: 3, totalTokens: 12, cacheReadInputTokens: 5 },
    },
    { kind: 'stt-usage', processor: 'STT#0', audioSecs: 1.5 },
    { kind: 'tts-usage', processor: 'TTS#0', characters: 7 },
    { kind: 'ttfa', processor: 'TTS#0', ttfaSecs: 0.3, ttfbSecs: 0.2, leadingSilenceSecs: 0.1 },
    { kind: 'ttfat', ...llm, ttfatSecs: 0.3, ttfbSecs: 0.2, thinkingSecs: 0.1 },
    { kind: 'text-aggregation', processor: 'TTS#0', valueSecs: 1 },
    { kind: 'turn', processor: 'User#0', isComplete: true, probability: 0.9, processingMs: 12 },
  ]);
  expect(type).toBe('metrics');
  expect(data).toEqual({
    ttfb: [{ ...llm, value: 0.2 }],
    processing: [
      { ...llm, value: 0.5 },
      { processor: 'Memory#0', value: 0.01 },
    ],
    // As in Pipecat, without the processor's name.
    tokens: [{ prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, cache_read_input_tokens: 5 }],
    stt_usage: [{ processor: 'STT#0', value: 1.5 }],
    characters: [{ processor: 'TTS#0', value: 7 }],
    ttfa: [{ processor: 'TTS#0', ttfa: 0.3, ttfb: 0.2, leading_silence: 0.1 }],
    ttfat: [{ ...llm, ttfat: 0.3, ttfb: 0.2, thinking_time: 0.1 }],
  });
});
