/** A program for worker-process.test.ts with nothing to do but its worker. `end` as an argument ends it first. */
import { WorkerProcess } from './worker-process.js';

const worker = new WorkerProcess<{ kind: string; ms: number; value: number }, { value: number }>(
  new URL('./fixture-worker.mjs', import.meta.url),
  null,
);
const { value } = await worker.run({ kind: 'wait', ms: 50, value: 7 });
process.stdout.write(`${value} `);
if (process.argv.includes('end')) {
  await worker.end();
  process.stdout.write('ended ');
}
process.stdout.write('over');
