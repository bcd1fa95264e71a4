import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameQueue } from './frame-queue.js';
import { TextFrame, type Frame, type FrameDirection } from './frames/index.js';

type Entry = [Frame, FrameDirection];

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: fc.boolean(), up: fc.boolean() }) },
  { weight: 4, arbitrary: fc.constant('take' as const) },
  { weight: 1, arbitrary: fc.constant('drop' as const) },
);

describe('FrameQueue', () => {
  it('behaves like a list, however it grows, wraps and is purged', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new FrameQueue();
        let list: Entry[] = [];
        for (const one of steps) {
          if (one === 'take') {
            const [frame, direction] = list.shift() ?? [undefined, undefined];
            expect(queue.take()).toBe(frame);
            if (frame) expect(queue.takenDirection).toBe(direction);
          } else if (one === 'drop') {
            queue.dropInterruptible();
            list = list.filter(([frame]) => !frame.interruptible);
          } else {
            const frame = new TextFrame('x');
            frame.interruptible = one.add;
            const direction = one.up ? 'upstream' : 'downstream';
            queue.add(frame, direction);
            list.push([frame, direction]);
          }
          expect(queue.size).toBe(list.length);
        }
      }),
    );
  });

  it('is empty after it was cleared, and can be used again', () => {
    const queue = new FrameQueue();
    for (let i = 0; i < 20; i += 1) queue.add(new TextFrame('x'), 'downstream');
    queue.clear();
    expect(queue.take()).toBeUndefined();
    const frame = new TextFrame('y');
    queue.add(frame, 'upstream');
    expect(queue.take()).toBe(frame);
  });
});
