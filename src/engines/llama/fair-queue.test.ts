import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

describe('FairQueue', () => {
  it('lets callers in in the order in which they came', async () => {
    const queue = new FairQueue(1);
    const order: number[] = [];
    await queue.enter();
    const calls = [1, 2, 3].map((name) => queue.enter().then(() => order.push(name)));
    expect(queue.waiting).toBe(3);
    for (let index = 0; index < 3; index += 1) {
      queue.leave();
      await Promise.resolve();
    }
    await Promise.all(calls);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets go of one who gives up, and does not give a place away to them', async () => {
    const queue = new FairQueue(1);
    await queue.enter();
    const giving = new AbortController();
    const first = queue.enter(giving.signal);
    const second = queue.enter();
    const reason = new Error('gave up');
    giving.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(queue.waiting).toBe(1);
    queue.leave();
    await second;
    queue.leave();
    await queue.enter();
  });

  it('refuses those who wait and those who come when it closes', async () => {
    const queue = new FairQueue(0);
    const waiting = queue.enter();
    const reason = new Error('closed');
    queue.close(reason);
    queue.close(new Error('again'));
    await expect(waiting).rejects.toBe(reason);
    await expect(queue.enter()).rejects.toBe(reason);
  });

  it('never has more inside than places, and loses none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        async (places, plan) => {
          const queue = new FairQueue(places);
          let inside = 0;
          let most = 0;
          const calls = plan.map(async (givesUp) => {
            const controller = new AbortController();
            const entered = queue.enter(controller.signal);
            if (givesUp) controller.abort(new Error('gave up'));
            try {
              await entered;
            } catch {
              return;
            }
            inside += 1;
            most = Math.max(most, inside);
            await Promise.resolve();
            inside -= 1;
            queue.leave();
          });
          await Promise.all(calls);
          expect(most).toBeLessThanOrEqual(places);
          expect(queue.waiting).toBe(0);
          for (let index = 0; index < places; index += 1) await queue.enter();
        },
      ),
    );
  });
});
