import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  it('runs timers at their own time, in order of time and then of scheduling', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const note = (what: string) => () => void log.push(`${what}@${clock.nowMs()}`);
    clock.schedule(20, note('late'));
    clock.schedule(10, note('first'));
    clock.schedule(10, note('second'));
    clock.schedule(5, () => {
      clock.schedule(1, note('made on the way'));
    });
    await clock.advance(15);
    expect(log).toEqual(['made on the way@6', 'first@10', 'second@10']);
    expect(clock.nowMs()).toBe(15);
    expect(clock.nowNs()).toBe(15_000_000n);
    expect(clock.nextDueMs).toBe(20);
  });

  it('lets promises come to rest between two timers', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const chain = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      for (let i = 0; i < 5; i += 1) await Promise.resolve();
      log.push(name);
    };
    void chain('a', 10);
    void chain('b', 10);
    clock.schedule(10, () => void log.push('timer'));
    await clock.advance(10);
    expect(log).toEqual(['a', 'b', 'timer']);
  });

  it('forgets a cancelled timer and an aborted sleep', async () => {
    const clock = new VirtualClock();
    let ran = false;
    const cancel = clock.schedule(10, () => {
      ran = true;
    });
    cancel();
    cancel();
    const controller = new AbortController();
    const sleep = clock.sleep(10, controller.signal);
    controller.abort(new Error('up'));
    await expect(sleep).rejects.toThrow('up');
    await expect(clock.sleep(10, controller.signal)).rejects.toThrow('up');
    await clock.advance(20);
    expect(ran).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
