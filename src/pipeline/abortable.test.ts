import { describe, expect, it } from 'vitest';
import { abortableIterable, abortError, raceAbort } from './abortable.js';

const never = new Promise<never>(() => undefined);

describe('raceAbort', () => {
  it('settles like the promise while the signal is quiet', async () => {
    const { signal } = new AbortController();
    await expect(raceAbort(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(raceAbort(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
  });

  it('rejects with the reason at once, before and while it waits', async () => {
    const controller = new AbortController();
    const waiting = raceAbort(never, controller.signal);
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(raceAbort(Promise.resolve(1), controller.signal)).rejects.toBe(reason);
  });

  it('gives a reason that is no error as an AbortError', () => {
    expect(abortError(AbortSignal.abort('words')).name).toBe('AbortError');
  });
});

describe('abortableIterable', () => {
  it('gives all items, and ends with its source', async () => {
    async function* source() {
      yield await Promise.resolve(1);
      yield 2;
    }
    const items: number[] = [];
    for await (const item of abortableIterable(source(), new AbortController().signal)) items.push(item);
    expect(items).toEqual([1, 2]);
  });

  it('throws when the signal fires, though the source does not notice, and closes the source', async () => {
    let closed = false;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => {
        let given = 0;
        return {
          next: () => {
            given += 1;
            return given === 1 ? Promise.resolve({ done: false, value: given }) : never;
          },
          return: () => {
            closed = true;
            return never;
          },
        };
      },
    };
    const controller = new AbortController();
    const items: number[] = [];
    const run = (async () => {
      for await (const item of abortableIterable(source, controller.signal)) {
        items.push(item);
        setImmediate(() => {
          controller.abort();
        });
      }
    })();
    await expect(run).rejects.toThrow(/abort/i);
    expect(items).toEqual([1]);
    expect(closed).toBe(true);
  });
});
