import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { FrameProcessor } from '../frame-processor.js';
import { TextFrame } from '../frames/index.js';
import { PipelineTask } from '../pipeline-task.js';
import { silentLogger, type FrameProcessed, type FramePushed } from '../processor-setup.js';
import { BaseObserver } from './base-observer.js';
import { observerQueueLimit, TaskObserver } from './task-observer.js';

class Passes extends FrameProcessor {}

class Pushes extends BaseObserver {
  override readonly observeEveryPush: boolean;
  readonly log: string[] = [];
  constructor(observeEveryPush = true) {
    super();
    this.observeEveryPush = observeEveryPush;
  }
  override onPushFrame({ source, destination, frame, firstPush }: FramePushed): void {
    if (!(frame instanceof TextFrame)) return;
    this.log.push(`${source.name}>${destination.name}${firstPush ? ' first' : ''}`);
  }
}

function play(observers: BaseObserver[]) {
  const clock = new VirtualClock();
  const processors = ['a', 'b', 'c'].map((name) => new Passes({ name }));
  const warnings: string[] = [];
  const logger = { ...silentLogger, error: (_: object, message: string) => void warnings.push(message) };
  const task = new PipelineTask(processors, { clock, observers, logger, name: 't' });
  task.queueFrames([new TextFrame('1'), new TextFrame('2')]);
  task.stopWhenDone();
  const run = task.run();
  return { clock, task, run, warnings };
}

const onePass = ['t::Pipeline::Source>a first', 'a>b', 'b>c', 'c>t::Pipeline::Sink'];

describe('observers', () => {
  it('see every push, and which is a frame’s first', async () => {
    const every = new Pushes();
    const firstOnly = new Pushes(false);
    const { run } = play([every, firstOnly]);
    await run;
    expect([...every.log].sort()).toEqual([...onePass, ...onePass].sort());
    expect(firstOnly.log).toEqual([onePass[0], onePass[0]]);
  });

  it('see frames being handled, the start and the end', async () => {
    const log: string[] = [];
    class Handles extends BaseObserver {
      override onProcessFrame({ processor, frame }: FrameProcessed): void {
        log.push(`${processor.name} ${frame.type}`);
      }
      override onPipelineStarted(): void {
        log.push('started');
      }
      override onPipelineFinished(): void {
        log.push('finished');
      }
    }
    const { run } = play([new Handles()]);
    await run;
    expect(log.slice(0, 4)).toEqual(['a StartFrame', 'b StartFrame', 'c StartFrame', 'started']);
    expect(log.filter((entry) => entry === 'b TextFrame')).toHaveLength(2);
    expect(log.at(-1)).toBe('finished');
  });

  it('that await do not hold up the pipeline and get their events in order', async () => {
    const order: number[] = [];
    const { clock, task, run } = play([]);
    class Slow extends BaseObserver {
      override async onPushFrame({ frame, source }: FramePushed): Promise<void> {
        if (!(frame instanceof TextFrame) || source.name !== 'a') return;
        await clock.sleep(100);
        order.push(Number(frame.text));
      }
    }
    task.addObserver(new Slow());
    const outcomes: string[] = [];
    task.on('finished', ({ how }) => void outcomes.push(how));
    await clock.settle();
    expect(outcomes).toEqual(['ended']);
    expect(order).toEqual([]);
    await clock.advance(200);
    await run;
    expect(order).toEqual([1, 2]);
  });

  it('that fail break nothing, are logged, and can be removed', async () => {
    class Fails extends BaseObserver {
      override onPushFrame({ frame }: FramePushed): Promise<void> {
        if (frame instanceof TextFrame) throw new Error('sync');
        return Promise.reject(new Error('async'));
      }
    }
    const fails = new Fails();
    const { run, warnings } = play([fails]);
    expect((await run).how).toBe('ended');
    expect(new Set(warnings)).toEqual(new Set(['An observer failed']));

    const removed = new Pushes();
    const second = play([removed]);
    second.task.removeObserver(removed);
    await second.run;
    expect(removed.log).toEqual([]);
  });

  it('that never end lose the newest events beyond a limit, and say so once', async () => {
    let calls = 0;
    let release: (() => void) | undefined;
    class Hangs extends BaseObserver {
      override onPushFrame(): Promise<void> | undefined {
        calls += 1;
        return calls === 1
          ? new Promise((resolve) => {
              release = resolve;
            })
          : undefined;
      }
    }
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
    const observer = new TaskObserver([new Hangs()], logger);
    const source = new Passes();
    for (let i = 0; i < observerQueueLimit + 50; i += 1) {
      observer.onPushFrame({
        source,
        destination: source,
        frame: new TextFrame('x'),
        direction: 'downstream',
        timestampNs: 0n,
        firstPush: true,
      });
    }
    release?.();
    await observer.pipelineFinished();
    expect(calls).toBe(observerQueueLimit + 1);
    expect(warnings).toEqual(['An observer is too slow; events are dropped']);
  });
});
