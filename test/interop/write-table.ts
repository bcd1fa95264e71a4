/** `npx tsx test/interop/write-table.ts`, after the tests of this folder: writes what has passed into docs/pipecat.md. */
import { writeFileSync } from 'node:fs';
import { Results } from './results.js';
import { page, pageWith, table } from './table.js';

const results = new Results().read('clients').read('browsers').read('evals');
writeFileSync(page, await pageWith(table((row, column) => results.has(row, column))));
