import type { LLMTokenUsage, MetricsData } from '../../pipeline/index.js';
import { rtviMessage, type RtviMessage } from './messages.js';

/** A MetricsFrame as RTVI's `metrics` message; times in seconds. */
export function metricsMessage(all: readonly MetricsData[]): RtviMessage {
  const data: Record<string, object[]> = {};
  const add = (kind: string, entry: object) => (data[kind] ??= []).push(entry);
  for (const metric of all) {
    const who = {
      processor: metric.processor,
      ...(metric.model === undefined ? {} : { model: metric.model }),
    };
    switch (metric.kind) {
      case 'ttfb':
      case 'processing':
        add(metric.kind, { ...who, value: metric.valueSecs });
        break;
      case 'ttfa':
        add('ttfa', {
          ...who,
          ttfa: metric.ttfaSecs,
          ttfb: metric.ttfbSecs,
          leading_silence: metric.leadingSilenceSecs,
        });
        break;
      case 'ttfat':
        add('ttfat', {
          ...who,
          ttfat: metric.ttfatSecs,
          ttfb: metric.ttfbSecs,
          thinking_time: metric.thinkingSecs,
        });
        break;
      case 'llm-usage':
        add('tokens', tokensOf(metric.usage));
        break;
      case 'stt-usage':
        add('stt_usage', { ...who, value: metric.audioSecs });
        break;
      case 'tts-usage':
        add('characters', { ...who, value: metric.characters });
        break;
      case 'text-aggregation':
      case 'turn':
        // RTVI has no field for these.
        break;
    }
  }
  return rtviMessage('metrics', data);
}

/** Pipecat's LLMTokenUsage; like there, what is not known is left out, and no processor is named. */
function tokensOf(usage: LLMTokenUsage): object {
  const entries = {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    cache_read_input_tokens: usage.cacheReadInputTokens,
    cache_creation_input_tokens: usage.cacheCreationInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
