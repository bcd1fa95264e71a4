import { describe, expect, it } from 'vitest';
import type { Recall, Turn, UserMemory } from '../../memory/memory.js';
import {
  BotStartedSpeakingFrame,
  ErrorFrame,
  FrameProcessor,
  LLMContext,
  LLMContextFrame,
  Pipeline,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { MemoryProcessor } from './memory-processor.js';
import { MemoryRecalledFrame } from './memory-frames.js';

const nothing: Recall = { items: [], block: '', tokens: 0, late: false, tookMs: 1 };
const block = '[Memory Context - 1 item]:\n- today, user: My dog is Potola.';

function fakeMemory(recall: () => Promise<Recall>): UserMemory & { readonly turns: Turn[] } {
  const turns: Turn[] = [];
  const unused = () => Promise.reject(new Error('not part of this test'));
  return {
    turns,
    id: 'anna',
    remember: (turn) => {
      turns.push(turn);
      return Promise.resolve({ stored: true, turnId: turns.length });
    },
    recall,
    warmUp: () => Promise.resolve(),
    knownNames: () => Promise.resolve([]),
    forget: unused,
    stats: unused,
    export: () => {
      throw new Error('not part of this test');
    },
  };
}

/** Stands for model and output: the answer to each context begins at once. */
class Answering extends FrameProcessor {
  override processFrame(frame: Frame, direction: FrameDirection): void {
    this.pushFrame(frame, direction);
    if (!(frame instanceof LLMContextFrame)) return;
    this.pushFrame(new BotStartedSpeakingFrame(), 'upstream');
  }
}

const ask = (content: string) =>
  new LLMContextFrame(
    new LLMContext([
      { role: 'system', content: 'be kind' },
      { role: 'user', content },
    ]),
  );
const contexts = (frames: readonly Frame[]) =>
  frames.flatMap((frame) => (frame instanceof LLMContextFrame ? [frame.context.messages] : []));

describe('MemoryProcessor', () => {
  it('puts what is recalled late into a copy, and leaves the shared context alone', async () => {
    const memory = fakeMemory(() => Promise.resolve({ ...nothing, block }));
    const frame = ask('Who is Potola?');
    const { down } = await runTest(new MemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [frame],
    });
    expect(contexts(down)).toEqual([
      [
        { role: 'system', content: 'be kind' },
        { role: 'system', content: block },
        { role: 'user', content: 'Who is Potola?' },
      ],
    ]);
    expect(frame.context.messages.length).toBe(2);
    expect(down.some((each) => each instanceof MemoryRecalledFrame)).toBe(true);
  });

  it('stores what was said once the answer has begun, the words of both and never the block', async () => {
    const memory = fakeMemory(() => Promise.resolve({ ...nothing, block }));
    const processor = new MemoryProcessor({ memory, sessionId: 's' });
    await runTest(new Pipeline([processor, new Answering()]), { framesToSend: [ask('My dog is Potola.')] });
    expect(memory.turns).toEqual([{ role: 'user', text: 'My dog is Potola.', session: 's' }]);
  });

  it('stores what the bot said behind what it answers, also when it was cut short', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    const processor = new MemoryProcessor({ memory, sessionId: 's' });
    await runTest(processor, { framesToSend: [ask('hi'), new SleepFrame(10)], sendEndFrame: false });
    processor.assistantSaid('Nice', true);
    await Promise.resolve();
    expect(memory.turns).toEqual([
      { role: 'user', text: 'hi', session: 's' },
      { role: 'assistant', text: 'Nice', interrupted: true, session: 's' },
    ]);
  });

  it('stores what was said although no answer ever comes', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    await runTest(new MemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [ask('one'), ask('two')],
    });
    expect(memory.turns.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('stores what was said although the session is cut', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    await runTest(new MemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [ask('one'), new SleepFrame(10)],
      sendEndFrame: false,
    });
    expect(memory.turns.map(({ text }) => text)).toEqual(['one']);
  });

  it('stores a turn that went on before it was answered once, with all that was said', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    const framesToSend = [ask('I like pizza.'), ask('I like pizza with mushrooms.'), ask('And you?')];
    await runTest(new MemoryProcessor({ memory, sessionId: 's' }), { framesToSend });
    expect(memory.turns.map(({ text }) => text)).toEqual(['I like pizza with mushrooms.', 'And you?']);
  });

  it('answers without memory when the memory fails', async () => {
    const memory = fakeMemory(() => Promise.reject(new Error('disk')));
    const { down, up } = await runTest(new MemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [ask('hi')],
    });
    expect(contexts(down).length).toBe(1);
    expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
  });
});
