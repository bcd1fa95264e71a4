import type { Memory } from '../../src/memory/memory.js';
import {
  BotStartedSpeakingFrame,
  FrameProcessor,
  LLMContext,
  LLMContextFrame,
  PipelineTask,
  type Frame,
  type FrameDirection,
} from '../../src/pipeline/index.js';
import { StatelessMemoryProcessor } from '../../src/processors/memory/stateless-memory-processor.js';
import { percentiles } from '../bench.js';
import type { Percentiles } from './recall-times.js';
import { questioner } from './talk.js';

const warmUps = 50;
const asked = 300;
const pauseMs = 25;

/** Stands where the model and the voice are: the answer begins as soon as the prompt is there. */
class Answering extends FrameProcessor {
  atMs = 0;
  onPrompt: () => void = () => undefined;

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (!(frame instanceof LLMContextFrame)) {
      this.pushFrame(frame, direction);
      return;
    }
    this.atMs = performance.now();
    this.pushFrame(new BotStartedSpeakingFrame(), 'upstream');
    this.onPrompt();
  }
}

interface Session {
  readonly ask: () => string;
  readonly memory: StatelessMemoryProcessor;
  readonly answering: Answering;
  readonly task: PipelineTask;
  readonly run: Promise<unknown>;
  readonly times: number[];
}

/**
 * From the prompt's arrival at the memory until it goes on with what is remembered, in a running pipeline, for several
 * users by turns; the user's words and the answer are stored meanwhile, as in a conversation.
 */
export async function injectionTimes(
  memory: Memory,
  users: readonly { readonly id: string; readonly turns: number }[],
): Promise<Percentiles[]> {
  const sessions = users.map(({ id, turns }): Session => {
    const processor = new StatelessMemoryProcessor({ memory: memory.user(id), sessionId: 'bench' });
    const answering = new Answering();
    const task = new PipelineTask([processor, answering], { idleTimeoutMs: 0 });
    return {
      ask: questioner(turns, 'Tell me about'),
      memory: processor,
      answering,
      task,
      run: task.run(),
      times: [],
    };
  });
  for (let i = 0; i < warmUps + asked; i++) {
    for (const session of i % 2 === 0 ? sessions : [...sessions].reverse()) {
      const ms = await once(session);
      if (i >= warmUps) session.times.push(ms);
      session.memory.assistantSaid('All right.', false);
      // A person needs longer; by then the turn is stored, indexed and embedded.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  for (const { task, run } of sessions) {
    task.stopWhenDone();
    await run;
  }
  return sessions.map(({ times }) => percentiles(times));
}

async function once({ ask, answering, task }: Session): Promise<number> {
  const context = new LLMContext([
    { role: 'system', content: 'You are kind.' },
    { role: 'user', content: ask() },
  ]);
  const prompted = new Promise<void>((resolve) => (answering.onPrompt = resolve));
  const startMs = performance.now();
  task.queueFrame(new LLMContextFrame(context));
  await prompted;
  return answering.atMs - startMs;
}
