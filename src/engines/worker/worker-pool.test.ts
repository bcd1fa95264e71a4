import { afterEach, describe, expect, it, vi } from 'vitest';
import { WorkerPool } from './worker-pool.js';

interface Task {
  kind: 'echo' | 'wait' | 'throw' | 'die' | 'crash' | 'abort';
  value?: number;
  ms?: number;
}
interface Result {
  calls: number;
  pid: number;
  value: number;
  pcm: Float32Array;
  workerData: unknown;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pools: WorkerPool<Task, Result>[] = [];

function makePool(workerData?: unknown): WorkerPool<Task, Result> {
  const url = new URL('./fixture-worker.mjs', import.meta.url);
  const pool = new WorkerPool<Task, Result>({ url, engine: 'fixture', workerData });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('WorkerPool', () => {
  it('runs tasks in order on one worker, which gets its data', async () => {
    const pool = makePool({ threads: 2 });
    const results = await Promise.all([1, 2, 3].map((value) => pool.run({ kind: 'echo', value })));
    expect(results.map((r) => [r.calls, r.value])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(results[0]?.workerData).toEqual({ threads: 2 });
  });

  it('drops an aborted task that waits, so that the worker never sees it', async () => {
    const pool = makePool();
    const first = pool.run({ kind: 'wait', ms: 100, value: 1 });
    const abort = new AbortController();
    const dropped = pool.run({ kind: 'echo', value: 2 }, abort.signal);
    expect(pool.waiting).toBe(1);
    abort.abort(new Error('barge-in'));
    await expect(dropped).rejects.toThrow('barge-in');
    expect(pool.waiting).toBe(0);
    expect((await first).value).toBe(1);
    expect((await pool.run({ kind: 'echo', value: 3 })).calls).toBe(2);
  });

  it('ignores the result of an aborted task that runs, and keeps the worker', async () => {
    const pool = makePool();
    await pool.run({ kind: 'echo', value: 0 });
    const abort = new AbortController();
    const ignored = pool.run({ kind: 'wait', ms: 100, value: 1 }, abort.signal);
    abort.abort(new Error('barge-in'));
    await expect(ignored).rejects.toThrow('barge-in');
    expect((await pool.run({ kind: 'echo', value: 2 })).calls).toBe(3);
  });

  it('rejects at once when the signal has aborted before', async () => {
    await expect(makePool().run({ kind: 'echo' }, AbortSignal.abort(new Error('late')))).rejects.toThrow(
      'late',
    );
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    signal.addEventListener = () => {
      listeners += 1;
    };
    signal.removeEventListener = () => {
      listeners -= 1;
    };
    await makePool().run({ kind: 'echo', value: 1 }, signal);
    expect(listeners).toBe(0);
  });

  it('fails a task that throws with SLOWCAT_ENGINE_FAILED and its cause', async () => {
    const pool = makePool();
    const failure: unknown = await pool.run({ kind: 'throw' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SLOWCAT_ENGINE_FAILED', cause: { message: 'task failed' } });
    expect((await pool.run({ kind: 'echo', value: 1 })).value).toBe(1);
  });

  it.each(['die', 'crash', 'abort'] as const)('replaces a worker that goes down (%s)', async (kind) => {
    const pool = makePool();
    await pool.run({ kind: 'echo', value: 0 });
    const lost = pool.run({ kind, ms: 5000 });
    const next = pool.run({ kind: 'echo', value: 7 });
    await expect(lost).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_FAILED' });
    expect(await next).toMatchObject({ value: 7, calls: 1 });
  });

  it('replaces a worker that ended while it had nothing to do', async () => {
    const pool = makePool();
    const { pid } = await pool.run({ kind: 'echo', value: 0 });
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => !isRunning(pid));
    expect(await pool.run({ kind: 'echo', value: 1 })).toMatchObject({ value: 1, calls: 1 });
  });

  it('brings typed arrays back as they are', async () => {
    expect((await makePool().run({ kind: 'echo' })).pcm).toEqual(new Float32Array(3).fill(0.5));
  });

  it('ends its processes when it closes, also one that is working', async () => {
    const pool = makePool();
    const { pid } = await pool.run({ kind: 'echo' });
    const working = expect(pool.run({ kind: 'wait', ms: 60_000 })).rejects.toMatchObject({
      code: 'SLOWCAT_ENGINE_CLOSED',
    });
    await pool.close();
    await working;
    expect(isRunning(pid)).toBe(false);
  });

  it('fails what waits and runs when it closes, and everything after', async () => {
    const pool = makePool();
    const running = pool.run({ kind: 'wait', ms: 50 });
    const waiting = pool.run({ kind: 'echo' });
    const closed = { code: 'SLOWCAT_ENGINE_CLOSED' };
    const both = Promise.all([
      expect(running).rejects.toMatchObject(closed),
      expect(waiting).rejects.toMatchObject(closed),
    ]);
    await Promise.all([pool.close(), pool.close(), both]);
    await expect(pool.run({ kind: 'echo' })).rejects.toMatchObject(closed);
  });
});
