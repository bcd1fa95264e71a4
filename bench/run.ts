/**
 * `npm run bench [-- NAME …]`: runs the benches, prints their tables and writes `bench/results/NAME.json`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { show, type Bench } from './bench.js';

const benches: Readonly<Record<string, () => Promise<{ run: Bench }>>> = {
  pipeline: () => import('./pipeline/pipeline-bench.js'),
  memory: () => import('./memory/memory-bench.js'),
  'ab-memory': () => import('./ab-memory/ab-memory-bench.js'),
  wer: () => import('./wer/wer-bench.js'),
  llm: () => import('./llm/llm-bench.js'),
  tts: () => import('./tts/tts-bench.js'),
  'event-loop': () => import('./event-loop/event-loop-bench.js'),
  turn: () => import('./turn/turn-bench.js'),
  clients: () => import('./clients/clients-bench.js'),
};

// What follows the names is for the benches themselves: `memory --large --locomo PATH`.
const options = process.argv.findIndex((argument, i) => i > 1 && argument.startsWith('--'));
const asked = process.argv.slice(2, options < 0 ? undefined : options);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`No bench named ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}, Node ${process.version}`;
console.log(machine);
const folder = join(import.meta.dirname, 'results');
await mkdir(folder, { recursive: true });
let failed = 0;
const startMs = performance.now();
for (const [name, load] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const benchStartMs = performance.now();
  try {
    const result = await (await load()).run();
    show(result);
    const tookSeconds = Math.round((performance.now() - benchStartMs) / 100) / 10;
    console.log(`  took ${tookSeconds} s`);
    await writeFile(
      join(folder, `${name}.json`),
      `${JSON.stringify({ ...result, machine, tookSeconds }, null, 2)}\n`,
    );
  } catch (error) {
    failed += 1;
    console.error(`\n## ${name} failed:`, error);
  }
}
console.log(`\nAll benches: ${Math.round((performance.now() - startMs) / 1000)} s`);
process.exit(failed === 0 ? 0 : 1);
