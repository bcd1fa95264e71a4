import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WorkerProcess } from './worker-process.js';

const fixture = new URL('./fixture-worker.mjs', import.meta.url);

/** Runs a program whose only work is its worker, to its end; one that hangs is killed and fails. */
async function output(...args: string[]): Promise<string> {
  const program = fileURLToPath(new URL('./fixture-program.test-helper.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...args], {
    timeout: 15_000,
  });
  return stdout;
}

describe('WorkerProcess', () => {
  it('keeps a program running while it works, and no longer', async () => {
    expect(await output()).toBe('7 over');
  });

  it('lets a program wait for its end', async () => {
    expect(await output('end')).toBe('7 ended over');
  });

  it('takes one task at a time', async () => {
    const worker = new WorkerProcess<object, { value: number }>(fixture, null);
    const first = worker.run({ kind: 'wait', ms: 20, value: 1 });
    await expect(worker.run({ kind: 'echo' })).rejects.toThrow('busy');
    expect((await first).value).toBe(1);
    await worker.end();
  });

  it('ends once and for all, also when the file is not there', async () => {
    const worker = new WorkerProcess<object, unknown>(new URL('./nowhere.mjs', import.meta.url), null);
    await expect(worker.run({ kind: 'echo' })).rejects.toThrow();
    await worker.end();
    await worker.end();
    expect(worker.alive).toBe(false);
    await expect(worker.run({ kind: 'echo' })).rejects.toThrow('the worker ended');
  });
});
