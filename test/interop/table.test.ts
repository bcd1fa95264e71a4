import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientKinds } from './clients.js';
import { page, pageWith, table } from './table.js';

describe('the table in docs/pipecat.md', () => {
  it('has a row for each feature, a column for each client and version, and no cell whose test is gone', async () => {
    const renewed = await pageWith(table(() => true));
    expect(readFileSync(page, 'utf8'), 'run: npx tsx test/interop/write-table.ts').toBe(renewed);
  });

  it('is not written when a test has failed', () => {
    const [first] = clientKinds;
    expect(() => table((_, column) => column !== first?.title)).toThrow('No test has passed');
  });
});
