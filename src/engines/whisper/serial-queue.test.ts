import { describe, expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.js';

function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('SerialQueue', () => {
  it('runs one task at a time, in order', async () => {
    const queue = new SerialQueue();
    const events: string[] = [];
    const task = (name: string) => async (): Promise<string> => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([queue.run(task('a')), queue.run(task('b'))])).toEqual(['a', 'b']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('goes on after a task that failed', async () => {
    const queue = new SerialQueue();
    const failed = queue.run(() => Promise.reject(new Error('no')));
    const next = queue.run(() => Promise.resolve(1));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe(1);
  });

  it('never begins a task that is aborted while it waits, and rejects it at once', async () => {
    const queue = new SerialQueue();
    const first = gate();
    const running = queue.run(() => first.opened);
    const controller = new AbortController();
    let begun = false;
    const waiting = queue.run(() => {
      begun = true;
      return Promise.resolve();
    }, controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    first.open();
    await running;
    await queue.idle();
    expect(begun).toBe(false);
  });

  it('rejects at once when the running task is aborted, and lets it end before the next', async () => {
    const queue = new SerialQueue();
    const first = gate();
    const controller = new AbortController();
    const running = queue.run(() => first.opened, controller.signal);
    let nextBegun = false;
    const next = queue.run(() => {
      nextBegun = true;
      return Promise.resolve();
    });
    await Promise.resolve();
    controller.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    expect(nextBegun).toBe(false);
    first.open();
    await next;
    expect(nextBegun).toBe(true);
  });
});
