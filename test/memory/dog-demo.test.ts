import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMemory, type Memory } from '../../src/memory/memory.js';
import {
  BotStartedSpeakingFrame,
  FrameProcessor,
  LLMContext,
  LLMContextFrame,
  Pipeline,
  PipelineTask,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';
import { StatelessMemoryProcessor } from '../../src/processors/memory/stateless-memory-processor.js';
import { VirtualClock } from '../../src/testing/virtual-clock.js';
import { asked, smallTalk, told } from './dog-demo.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const header = '[Memory Context';

let dataDir: string;
let memory: Memory;
let nowMs: number;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-dog-'));
  nowMs = Date.UTC(2026, 9, 1, 7);
  // What is looked for is there whatever the machine is doing: the deadline is measured on a clock that stands still.
  memory = await openMemory({ dataDir, nowMs: () => nowMs, monotonicMs: () => 0 });
});

afterEach(async () => {
  await memory.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function turnsOf(user: string): Promise<number> {
  return (await memory.user(user).stats()).turns;
}

/** Stands for model and loudspeaker: begins to answer at once, and keeps what the model would have seen. */
class Answering extends FrameProcessor {
  prompt: readonly string[] = [];
  override processFrame(frame: Frame, direction: FrameDirection): void {
    this.pushFrame(frame, direction);
    if (!(frame instanceof LLMContextFrame)) return;
    this.prompt = frame.context.messages.map(({ content }) => content);
    this.pushFrame(new BotStartedSpeakingFrame(), 'upstream');
  }
}

/** One conversation with a user, a minute a turn; the history is the model's only as far as memory brings it back. */
class Conversation {
  readonly #clock = new VirtualClock();
  readonly #answering = new Answering();
  readonly #processor: StatelessMemoryProcessor;
  readonly #task: PipelineTask;
  readonly #run: Promise<unknown>;
  readonly #before: number;
  #stored = 0;

  private constructor(session: string, before: number) {
    this.#before = before;
    this.#processor = new StatelessMemoryProcessor({
      memory: memory.user('anna'),
      sessionId: session,
      nowMs: () => nowMs,
    });
    this.#task = new PipelineTask([new Pipeline([this.#processor, this.#answering])], {
      idleTimeoutMs: 0,
      clock: this.#clock,
    });
    this.#run = this.#task.run();
  }

  static async begin(session: string): Promise<Conversation> {
    return new Conversation(session, await turnsOf('anna'));
  }

  /** @returns the block that went in the prompt, empty when there was none */
  async say(text: string, reply = 'I see.'): Promise<string> {
    nowMs += minuteMs;
    const turn = new LLMContext([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: text },
    ]);
    this.#task.queueFrame(new LLMContextFrame(turn));
    await this.#settled(() => this.#answering.prompt.at(-1) === text);
    const block = this.#answering.prompt.find((content) => content.startsWith(header)) ?? '';
    this.#answering.prompt = [];
    this.#processor.assistantSaid(reply, false);
    this.#stored += 2;
    while ((await turnsOf('anna')) < this.#before + this.#stored) await setImmediate();
    return block;
  }

  async end(): Promise<void> {
    this.#task.stopWhenDone();
    let isOver = false;
    void this.#run.then(() => (isOver = true));
    await this.#settled(() => isOver);
  }

  async #settled(isDone: () => boolean): Promise<void> {
    while (!isDone()) await this.#clock.settle();
  }
}

describe('the demo with dog and cat, a hundred turns long', () => {
  it('knows both pets at turn 100, and again after a month', async () => {
    const conversation = await Conversation.begin('first');
    for (const text of told) await conversation.say(text);
    for (const text of smallTalk(90)) await conversation.say(text);
    expect(await turnsOf('anna')).toBe(2 * 99);

    // The hundredth turn.
    expect(await conversation.say("What's my dog's name?", 'Potola.')).toContain('Potola');
    for (const { question, needs } of asked)
      expect(await conversation.say(question), question).toContain(needs);
    await conversation.end();

    nowMs += 30 * dayMs;
    const later = await Conversation.begin('a month later');
    expect(await later.say("Think back: what's my dog's name?")).toContain('Potola');
    expect(await later.say('Do you remember what my cat is named?')).toContain('Whiskers');
    expect(await later.say("What's my dog's name?")).toContain('Potola');
    expect(await later.say("What's my cat's name?")).toContain('Whiskers');
    await later.end();
  });

  it('never stores what it recalled, and tells nobody else', async () => {
    const conversation = await Conversation.begin('first');
    for (const text of [...told, ...asked.map(({ question }) => question)]) await conversation.say(text);
    await conversation.end();
    const turns: string[] = [];
    for await (const { text } of memory.user('anna').export()) turns.push(text);
    expect(turns.filter((text) => text !== 'I see.')).toEqual([
      ...told,
      ...asked.map(({ question }) => question),
    ]);
    expect((await memory.user('ben').recall("What's my dog's name?")).items).toEqual([]);
  });
});
