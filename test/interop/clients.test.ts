/**
 * Pipecat's own clients, as they are published, at a real server: the cells of the table in docs/pipecat.md of those
 * that are a process of their own.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { processKinds } from './clients.js';
import { holdToFeatures } from './hold-to-features.js';
import { installClients } from './install.js';
import { InteropProcess } from './interop-process.js';
import { Results } from './results.js';
import { Stage } from './stage.js';

const missing = await installClients(processKinds);
for (const [packages, why] of missing) process.stdout.write(`  SKIPPED ${packages}: ${why}\n`);

const results = new Results();
const stage = new Stage();
beforeAll(() => stage.open());
afterAll(async () => {
  await stage.close();
  results.write('clients');
  expect(stage.sessions).toBe(0);
});

describe.concurrent.each(processKinds)('$title', (kind) => {
  const why = missing.get(kind.packages);
  let clients: InteropProcess | undefined;
  beforeAll(() => {
    if (why === undefined) clients = new InteropProcess(kind);
  });
  afterAll(() => clients?.close());
  holdToFeatures({ kind, stage, results, clients: () => clients!, missing: why });
});
