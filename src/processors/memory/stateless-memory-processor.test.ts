import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { SlowcatError } from '../../errors.js';
import {
  openMemory,
  type Memory,
  type Recall,
  type RecallItem,
  type RecallOptions,
  type StoredTurn,
  type Turn,
  type UserMemory,
} from '../../memory/memory.js';
import {
  BotStartedSpeakingFrame,
  ErrorFrame,
  FrameProcessor,
  LLMContext,
  LLMContextFrame,
  Pipeline,
  PipelineTask,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { FakeLanguageModel } from '../../testing/fake-language-model.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { StatelessMemoryProcessorOptions } from './memory-options.js';
import { StatelessMemoryProcessor } from './stateless-memory-processor.js';
import { MemoryRecalledFrame } from './memory-frames.js';

const nothing: Recall = { items: [], block: '', tokens: 0, late: false, tookMs: 1 };
const block = '[Memory Context - 1 item]:\n- today, user: My dog is Potola.';

function item(turnId: number, score: number): RecallItem {
  const why = { bm25: score, recency: 1, role: 1, question: 1 };
  const line = '- today, user: My dog is Potola.';
  return { turnId, text: 'My dog is Potola.', role: 'user', atMs: 0, score, why, line };
}

function fakeMemory(recall: UserMemory['recall']): UserMemory & { readonly turns: Turn[] } {
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

/** Keeps what goes by. */
class Keeping extends FrameProcessor {
  readonly down: Frame[] = [];
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (direction === 'downstream') this.down.push(frame);
    this.pushFrame(frame, direction);
  }
}

/** Runs a session on the system's clock: a disk does not care for virtual time. */
async function onDisk(processor: FrameProcessor, frames: readonly Frame[]): Promise<readonly Frame[]> {
  const keeping = new Keeping();
  const task = new PipelineTask([processor, keeping], { idleTimeoutMs: 0 });
  for (const frame of frames) task.queueFrame(frame);
  task.stopWhenDone();
  await task.run();
  return keeping.down;
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

describe('StatelessMemoryProcessor', () => {
  it('puts what is recalled late into a copy, and leaves the shared context alone', async () => {
    const memory = fakeMemory(() => Promise.resolve({ ...nothing, block }));
    const frame = ask('Who is Potola?');
    const { down } = await runTest(new StatelessMemoryProcessor({ memory, sessionId: 's' }), {
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
    const processor = new StatelessMemoryProcessor({ memory, sessionId: 's' });
    await runTest(new Pipeline([processor, new Answering()]), { framesToSend: [ask('My dog is Potola.')] });
    expect(memory.turns).toEqual([{ role: 'user', text: 'My dog is Potola.', session: 's' }]);
  });

  it('stores what the bot said behind what it answers, also when it was cut short', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    const processor = new StatelessMemoryProcessor({ memory, sessionId: 's' });
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
    await runTest(new StatelessMemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [ask('one'), ask('two')],
    });
    expect(memory.turns.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('stores what was said although the session is cut', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    await runTest(new StatelessMemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [ask('one'), new SleepFrame(10)],
      sendEndFrame: false,
    });
    expect(memory.turns.map(({ text }) => text)).toEqual(['one']);
  });

  it('stores a turn that went on before it was answered once, with all that was said', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    const framesToSend = [ask('I like pizza.'), ask('I like pizza with mushrooms.'), ask('And you?')];
    await runTest(new StatelessMemoryProcessor({ memory, sessionId: 's' }), { framesToSend });
    expect(memory.turns.map(({ text }) => text)).toEqual(['I like pizza with mushrooms.', 'And you?']);
  });

  it('answers without memory when the memory fails', async () => {
    const memory = fakeMemory(() => Promise.reject(new Error('disk')));
    const { down, up } = await runTest(new StatelessMemoryProcessor({ memory, sessionId: 's' }), {
      framesToSend: [ask('hi')],
    });
    expect(contexts(down).length).toBe(1);
    expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
  });

  it('puts what is recalled behind the system message where it is told so', async () => {
    const memory = fakeMemory(() => Promise.resolve({ ...nothing, block }));
    const context = new LLMContext([
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'Who is Potola?' },
    ]);
    const { down } = await runTest(new StatelessMemoryProcessor({ memory, position: 'afterSystem' }), {
      framesToSend: [new LLMContextFrame(context)],
    });
    expect(contexts(down)[0]?.map(({ content }) => content)).toEqual([
      'be kind',
      block,
      'hi',
      'Hello.',
      'Who is Potola?',
    ]);
  });

  it('stores an answer that no question comes before', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    const processor = new StatelessMemoryProcessor({ memory });
    await runTest(processor, { framesToSend: [], sendEndFrame: false });
    processor.assistantSaid('Good morning.', false);
    await Promise.resolve();
    expect(memory.turns).toEqual([{ role: 'assistant', text: 'Good morning.' }]);
  });

  it("recalls within the document's limits, and deeply only when asked to think back", async () => {
    const asked: (RecallOptions | undefined)[] = [];
    const memory = fakeMemory((_query, options) => {
      asked.push(options);
      return Promise.resolve(nothing);
    });
    await runTest(new StatelessMemoryProcessor({ memory }), {
      framesToSend: [ask('Who is Potola?'), ask('Think back: who is Potola?')],
    });
    const limits = { budgetTokens: 1024, maxItems: 8, minItems: 3, form: 'lines' };
    expect(asked).toEqual([
      { ...limits, deadlineMs: 15 },
      { ...limits, depth: 'deep', deadlineMs: 3000 },
    ]);
  });

  it('reinforces what was used, once the answer has begun and only then', async () => {
    const recalled = { ...nothing, block, items: [item(4, 2), item(7, 1), item(9, 0.5), item(2, 0)] };
    const used: [readonly number[], number | undefined][] = [];
    const memory = {
      ...fakeMemory(() => Promise.resolve(recalled)),
      reinforce: (turnIds: readonly number[], atMs?: number) => {
        used.push([turnIds, atMs]);
        return Promise.resolve();
      },
    };
    const processor = new StatelessMemoryProcessor({ memory, nowMs: () => 77 });
    await runTest(processor, { framesToSend: [ask('Who is Potola?')] });
    expect(used).toEqual([]);
    const answered = new StatelessMemoryProcessor({ memory, nowMs: () => 77 });
    await runTest(new Pipeline([answered, new Answering()]), { framesToSend: [ask('Who is Potola?')] });
    expect(used).toEqual([[[4, 7], 77]]);
  });
});

describe('StatelessMemoryProcessor with several speakers', () => {
  const said = (content: string, speaker: string) => {
    const frame = ask(content);
    frame.metadata['speaker_id'] = speaker;
    return frame;
  };

  it('names them in a memory that they share', async () => {
    const memory = fakeMemory(() => Promise.resolve(nothing));
    await runTest(new StatelessMemoryProcessor({ memory }), {
      framesToSend: [ask('one'), said('two', 'ben'), said('three', 'anna')],
    });
    expect(memory.turns).toEqual([
      { role: 'user', text: 'one' },
      { role: 'user', text: 'two', speaker: 'ben' },
      // The memory's own user needs no name.
      { role: 'user', text: 'three' },
    ]);
  });

  it('gives each a memory of their own in a folder that it opens and closes', async () => {
    const dbPath = await mkdtemp(join(tmpdir(), 'slowcat-processor-'));
    try {
      await onDisk(new StatelessMemoryProcessor({ dbPath }), [
        said('My dog is Potola.', 'anna'),
        said('My cat is Minka.', 'ben'),
      ]);
      const down = await onDisk(new StatelessMemoryProcessor({ dbPath, deadlineMs: 5000 }), [
        said('What are my dog and my cat called?', 'anna'),
      ]);
      const last = contexts(down)
        .at(-1)
        ?.map(({ content }) => content)
        .join('\n');
      expect(last).toContain('Potola');
      expect(last).not.toContain('Minka');
      const memory = await openMemory({ dataDir: dbPath });
      expect(await memory.users()).toEqual(['anna', 'ben']);
      await memory.close();
    } finally {
      await rm(dbPath, { recursive: true, force: true });
    }
  });

  it('answers without memory a speaker whose name no memory can have', async () => {
    const shared: Memory = {
      user: (id) => {
        throw new SlowcatError('SLOWCAT_MEMORY_USER', id);
      },
      users: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
    const { down, up } = await runTest(new StatelessMemoryProcessor({ memory: shared }), {
      framesToSend: [said('hi', 'no/slash')],
    });
    expect(contexts(down)).toHaveLength(1);
    expect(up.some((frame) => frame instanceof ErrorFrame)).toBe(true);
  });
});

describe('getStats', () => {
  it('counts exchanges, reads and times', async () => {
    const tiers = { exchange: 5, hot: 20, warm: 30, hits: 2, misses: 1, hitRate: 2 / 3 };
    const counts = { bytes: 0, indexedTurns: 0, recalls: 0, lateRecalls: 0, refused: 0 };
    const memory = {
      ...fakeMemory(() => Promise.resolve({ ...nothing, block, items: [item(1, 1)] })),
      stats: () => Promise.resolve({ turns: 1200, ...counts, tiers }),
    };
    const processor = new StatelessMemoryProcessor({ memory });
    await runTest(new Pipeline([processor, new Answering()]), {
      framesToSend: [ask('one'), new SleepFrame(1), ask('two'), new SleepFrame(1), ask('three')],
    });
    processor.assistantSaid('Yes.', false);
    await processor.cleanup();
    expect(await processor.getStats()).toEqual({
      totalConversations: 1,
      cacheSize: 5,
      cacheHits: 2,
      cacheMisses: 1,
      cacheHitRatio: 2 / 3,
      tiers: { hot: 25, warm: 30, cold: 1145 },
      injections: 3,
      lateInjections: 0,
      averageInjectionMs: 0,
      p95InjectionMs: 0,
    });
  });
});

describe('traditional memory', () => {
  const past: StoredTurn[] = [
    { turnId: 1, role: 'user', text: 'My dog is Potola.', atMs: 1 },
    { turnId: 2, role: 'assistant', text: 'Nice.', atMs: 2 },
  ];

  it('puts all that was said before in the prompt, the same each time, and recalls nothing', async () => {
    const turns = [...past];
    const memory = {
      ...fakeMemory(() => Promise.reject(new Error('not asked'))),
      export: () => Readable.from([...turns]),
    };
    const processor = new StatelessMemoryProcessor({ memory, useStatelessMemory: false });
    const answering = new Pipeline([processor, new Answering()]);
    const { down } = await runTest(answering, { framesToSend: [ask('hi'), new SleepFrame(1), ask('Who?')] });
    const shown = (question: string) => ['be kind', 'My dog is Potola.', 'Nice.', question];
    expect(contexts(down).map((each) => each.map(({ content }) => content))).toEqual([
      shown('hi'),
      shown('Who?'),
    ]);
    expect(memory.turns.map(({ text }) => text)).toEqual(['hi', 'Who?']);
  });

  it('keeps to its budget', async () => {
    const memory = { ...fakeMemory(() => Promise.resolve(nothing)), export: () => Readable.from(past) };
    const { down } = await runTest(
      new StatelessMemoryProcessor({ memory, useStatelessMemory: false, historyTokens: 20 }),
      { framesToSend: [ask('hi')] },
    );
    expect(contexts(down)[0]?.map(({ content }) => content)).toEqual(['be kind', 'Nice.', 'hi']);
  });
});

describe('the small memory model', () => {
  const recalled = { ...nothing, block, items: [item(1, 1)] };
  const injected = async (answer: string | Error, options: Partial<StatelessMemoryProcessorOptions> = {}) => {
    const clock = new VirtualClock();
    const memoryModel = new FakeLanguageModel({ answer: () => answer, beforePiece: () => clock.sleep(100) });
    const memory = fakeMemory(() => Promise.resolve(recalled));
    const processor = new StatelessMemoryProcessor({ memory, memoryModel, ...options });
    const { down, up } = await runTest(processor, {
      framesToSend: [ask('Who is Potola?'), new SleepFrame(2000)],
      clock,
    });
    return {
      block: contexts(down)[0]?.[1]?.content,
      errors: up.filter((frame) => frame instanceof ErrorFrame),
    };
  };

  it('puts its sentence in the place of what was recalled', async () => {
    const { block: sentence } = await injected('A dog, Potola.', { memoryModelDeadlineMs: 1000 });
    expect(sentence).toBe('[Memory Context - 1 item]:\n- A dog, Potola.');
  });

  it('is not waited for beyond its deadline', async () => {
    expect(await injected('A dog called Potola.')).toEqual({ block, errors: [] });
  });

  it('may fail', async () => {
    const failed = await injected(new Error('broken'));
    expect(failed.block).toBe(block);
    expect(failed.errors).toHaveLength(1);
  });
});
