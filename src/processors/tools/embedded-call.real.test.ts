import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createLlama } from '../../engines/llama/index.js';
import {
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  LLMContext,
  LLMFullResponseEndFrame,
  LLMMessagesAppendFrame,
  LLMTextFrame,
  PipelineTask,
  FrameProcessor,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { LLMAssistantAggregator } from '../context/assistant-aggregator.js';
import { LLMUserAggregator } from '../context/user-aggregator.js';
import { LLMService } from '../llm/llm-service.js';
import { currentTimeTool } from './current-time.js';

const modelPath = join(
  fileURLToPath(new URL('../../../', import.meta.url)),
  'models/fetched/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf',
);

class Tap extends FrameProcessor {
  readonly seen: Frame[] = [];
  onFrame: (frame: Frame) => void = () => undefined;

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (direction === 'downstream') this.seen.push(frame);
    this.pushFrame(frame, direction);
    if (direction === 'downstream') this.onFrame(frame);
  }
}

it.skipIf(!existsSync(modelPath))(
  'the embedded model calls current_time and answers with the result',
  async () => {
    const llm = createLlama({
      modelPath,
      sequences: 1,
      contextTokens: 1024,
      threads: { prompt: 1, answer: 1 },
    });
    const tool = currentTimeTool({ nowMs: () => Date.UTC(2026, 0, 2, 15, 30), timeZone: 'UTC' });
    const context = new LLMContext(
      [{ role: 'system', content: 'You are a friendly voice assistant.' }],
      [tool],
      { type: 'function', function: { name: 'current_time' } },
    );
    const tap = new Tap();
    const service = new LLMService({ llm, maxAnswerTokens: 64 });
    const task = new PipelineTask([
      new LLMUserAggregator({ context }),
      service,
      tap,
      new LLMAssistantAggregator({ context }),
    ]);
    try {
      await llm.warmUp();
      const run = task.run();
      const answered = new Promise<void>((resolve) => {
        let ends = 0;
        tap.onFrame = (frame) => {
          if (frame instanceof LLMFullResponseEndFrame && (ends += 1) === 2) resolve();
        };
      });
      task.queueFrame(new LLMMessagesAppendFrame([{ role: 'user', content: 'What time is it?' }], true));
      await answered;
      const started = tap.seen.find((frame) => frame instanceof FunctionCallsStartedFrame);
      expect(started?.functionCalls).toMatchObject([{ functionName: 'current_time' }]);
      const result = tap.seen.find((frame) => frame instanceof FunctionCallResultFrame);
      // The grammar holds it to the schema; whether a time zone that it names exists is another matter.
      expect(JSON.stringify(result?.result)).toMatch(/January 2, 2026|No such time zone/u);
      const text = tap.seen.map((frame) => (frame instanceof LLMTextFrame ? frame.text : '')).join('');
      expect(text.trim()).not.toBe('');
      expect(text).not.toContain('<tool_call>');
      task.cancel();
      await run;
    } finally {
      await llm.close();
    }
  },
);
