import { expect, it } from 'vitest';
import { FrameProcessor, PipelineTask } from '../pipeline/index.js';
import { WorkerRunner } from './worker-runner.js';

class Pass extends FrameProcessor {}
const task = () => new PipelineTask([new Pass()]);

it('runs all workers and tells how each has ended', async () => {
  const runner = new WorkerRunner();
  const [a, b] = [task(), task()];
  runner.addWorkers(a);
  const run = runner.run(b);
  runner.stopWhenDone('enough');
  expect(await run).toEqual([
    { how: 'ended', reason: 'enough' },
    { how: 'ended', reason: 'enough' },
  ]);
});

it('cancels all workers', async () => {
  const runner = new WorkerRunner();
  const run = runner.run(task(), task());
  runner.cancel('gone');
  expect((await run).map(({ how }) => how)).toEqual(['cancelled', 'cancelled']);
});

it('cancels them when its signal fires, also when that was before', async () => {
  const closing = new AbortController();
  const run = new WorkerRunner({ signal: closing.signal }).run(task());
  closing.abort();
  expect((await run)[0]).toMatchObject({ how: 'cancelled' });
  expect((await new WorkerRunner({ signal: closing.signal }).run(task()))[0]).toMatchObject({
    how: 'cancelled',
  });
});
