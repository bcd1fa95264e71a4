// @ts-check
/** A worker for worker-pool.test.ts: echoes, waits, throws or dies as its task says. */
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';

let calls = 0;

/** @param {{ kind: string, value?: number, ms?: number }} task */
async function work(task) {
  calls += 1;
  if (task.kind === 'throw') throw new Error('task failed');
  if (task.kind === 'die') process.exit(3);
  if (task.kind === 'abort') process.abort();
  if (task.kind === 'crash') {
    setTimeout(() => {
      throw new Error('crashed outside of a task');
    });
  }
  if (task.kind === 'wait' || task.kind === 'crash') await delay(task.ms ?? 0);
  const pcm = new Float32Array(3).fill(0.5);
  return {
    calls,
    pid: process.pid,
    value: task.value,
    pcm,
    workerData: JSON.parse(process.argv[2] ?? 'null'),
  };
}

process.on('message', (message) => {
  const { task } = /** @type {{ task: { kind: string } }} */ (message);
  work(task).then(
    (result) => process.send?.({ kind: 'done', result }),
    (error) => process.send?.({ kind: 'failed', error }),
  );
});
process.on('disconnect', () => process.exit(0));
