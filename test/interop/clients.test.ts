/**
 * Pipecat's own clients, as they are published, at a real server: every cell of the table in docs/pipecat.md.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientKinds } from './clients.js';
import { features } from './features.js';
import { installClients } from './install.js';
import { InteropProcess } from './interop-process.js';
import { Results } from './results.js';
import { Stage } from './stage.js';

const missing = await installClients(clientKinds);
for (const [packages, why] of missing) process.stdout.write(`  SKIPPED ${packages}: ${why}\n`);

const results = new Results();
const stage = new Stage();
beforeAll(() => stage.open());
afterAll(async () => {
  await stage.close();
  results.write('clients');
  expect(stage.sessions).toBe(0);
});

describe.concurrent.each(clientKinds)('$title', (kind) => {
  let clients: InteropProcess | undefined;
  beforeAll(() => {
    if (!missing.has(kind.packages)) clients = new InteropProcess(kind);
  });
  afterAll(() => clients?.close());

  for (const [index, { title, lacks, test }] of features.entries()) {
    if (lacks?.(kind) !== undefined) continue;
    it.skipIf(missing.has(kind.packages))(title, async () => {
      const client = `${kind.packages}-${kind.path.length}-${index}`;
      try {
        await test({ kind, stage, process: clients!, client });
        results.passed(title, kind.title);
      } finally {
        await clients?.do(client, 'disconnect').catch(() => undefined);
      }
    });
  }
});
