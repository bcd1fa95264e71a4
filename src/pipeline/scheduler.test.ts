import { describe, expect, it } from 'vitest';
import { isIdle, sliceMs, wake } from './scheduler.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the scheduler', () => {
  it('never steps on the stack of who wakes it, and lets all take turns', async () => {
    const log: string[] = [];
    const runnable = (name: string, steps: number) => ({
      step: () => {
        log.push(name);
        steps -= 1;
        return steps > 0;
      },
    });
    wake(runnable('a', 3));
    wake(runnable('b', 2));
    expect(log).toEqual([]);
    expect(isIdle()).toBe(false);
    await Promise.resolve();
    expect(log.slice(0, 2)).toEqual(['a', 'b']);
    // On a busy machine the slice may be over by now.
    while (!isIdle()) await nextTurn();
    expect(log).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('lets sockets and timers have their turn while frames chase each other without end', async () => {
    let steps = 0;
    let stop = false;
    wake({
      step: () => {
        steps += 1;
        return !stop;
      },
    });
    for (let turn = 0; turn < 3; turn += 1) {
      const before = steps;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      expect(steps).toBeGreaterThan(before);
    }
    stop = true;
    while (!isIdle()) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  });

  it('comes after what is due, once it has had its part of a turn', async () => {
    const log: string[] = [];
    const busy = (name: string) => ({
      step: () => {
        const endMs = performance.now() + 2 * sliceMs;
        while (performance.now() < endMs);
        log.push(name);
        return false;
      },
    });
    await nextTurn();
    wake(busy('first'));
    await Promise.resolve();
    wake(busy('second'));
    queueMicrotask(() => log.push('what is due'));
    while (!isIdle()) await nextTurn();
    expect(log).toEqual(['first', 'what is due', 'second']);
  });
});
