import { FrameProcessor } from '../pipeline/frame-processor.js';
import {
  EndFrame,
  StartFrame,
  SystemFrame,
  type Frame,
  type FrameDirection,
} from '../pipeline/frames/index.js';
import { PipelineTask } from '../pipeline/pipeline-task.js';
import type { PipelineTaskOptions } from '../pipeline/task-options.js';
import { VirtualClock } from './virtual-clock.js';

/** A class of frames, abstract ones included: `TextFrame`, `OutputAudioFrame`, `SystemFrame` … */
export type FrameClass = abstract new (...args: never[]) => Frame;

/** Among the frames to send: waits. System frames overtake, so a test waits where the order matters. */
export class SleepFrame extends SystemFrame {
  readonly type = 'SleepFrame';
  constructor(readonly ms = 200) {
    super();
  }
}

export interface RunTestOptions extends Omit<PipelineTaskOptions, 'clock'> {
  /** Sent downstream into the processor, in order. */
  readonly framesToSend: readonly Frame[];
  /** What must come out downstream: exactly so many, each an instance of its class. */
  readonly expectedDown?: readonly FrameClass[];
  /** What must come out upstream. */
  readonly expectedUp?: readonly FrameClass[];
  /** Whether an EndFrame is sent last. Without one the session is cancelled in the end. @defaultValue true */
  readonly sendEndFrame?: boolean;
  /** @defaultValue a new VirtualClock */
  readonly clock?: VirtualClock;
  /** Longest that the session may take after the last frame, in virtual milliseconds. @defaultValue 30000 */
  readonly limitMs?: number;
}

export interface RunTestResult {
  /** What came out downstream, without StartFrame and EndFrame. */
  readonly down: readonly Frame[];
  readonly up: readonly Frame[];
}

/** Passes everything on and keeps what comes from the processor under test. */
class Capture extends FrameProcessor {
  readonly frames: Frame[] = [];
  constructor(private readonly from: FrameDirection) {
    super();
  }
  override processFrame(frame: Frame, direction: FrameDirection): void {
    const ours = frame instanceof StartFrame || frame instanceof EndFrame;
    if (direction === this.from && !ours) this.frames.push(frame);
    this.pushFrame(frame, direction);
  }
}

/**
 * Runs one processor in a pipeline of its own, in virtual time, sends it frames and checks what comes out.
 *
 * @throws Error when other frames come out than expected, or the session does not end
 */
export async function runTest(processor: FrameProcessor, options: RunTestOptions): Promise<RunTestResult> {
  const { framesToSend, expectedDown, expectedUp, ...rest } = options;
  const { sendEndFrame = true, clock = new VirtualClock(), limitMs = 30_000, ...taskOptions } = rest;
  const up = new Capture('upstream');
  const down = new Capture('downstream');
  const task = new PipelineTask([up, processor, down], { idleTimeoutMs: 0, ...taskOptions, clock });
  const state = { over: false };
  const run = task.run().then(() => {
    state.over = true;
  });
  for (const frame of framesToSend) {
    if (frame instanceof SleepFrame) await clock.advance(frame.ms);
    else task.queueFrame(frame);
  }
  if (sendEndFrame) task.stopWhenDone();
  else await clock.settle();
  for (let ms = 0; sendEndFrame && ms < limitMs; ms += 10) {
    await clock.settle();
    if (state.over) break;
    await clock.advance(10);
  }
  const inTime: boolean = state.over || !sendEndFrame;
  task.cancel('test over');
  while (!state.over) await clock.advance(1000);
  await run;
  if (!inTime) throw new Error(`${processor.name} does not pass the EndFrame on within ${limitMs} ms.`);
  check('downstream', down.frames, expectedDown);
  check('upstream', up.frames, expectedUp);
  return { down: down.frames, up: up.frames };
}

function check(
  direction: FrameDirection,
  frames: readonly Frame[],
  expected: readonly FrameClass[] | undefined,
): void {
  if (!expected) return;
  const fits =
    frames.length === expected.length && expected.every((frameClass, i) => frames[i] instanceof frameClass);
  if (fits) return;
  const wanted = expected.map((frameClass) => frameClass.name).join(', ') || 'nothing';
  const came = frames.map((frame) => frame.type).join(', ') || 'nothing';
  throw new Error(`Expected ${direction}: ${wanted}. Came: ${came}.`);
}
