/** After `npm install`: adds to package-lock.json the binaries of other platforms that the registry did not offer. */
import { readFile, writeFile } from 'node:fs/promises';
import { completeLockfile, missingOptional } from './lib/lockfile.mjs';
import { inRoot } from './lib/paths.mjs';

const path = inRoot('package-lock.json');
const lock = JSON.parse(await readFile(path, 'utf8'));
const missing = missingOptional(lock);
if (missing.length > 0) await writeFile(path, `${JSON.stringify(completeLockfile(lock), null, 2)}\n`);
console.log(
  missing.length === 0
    ? 'package-lock.json is complete.'
    : `Added ${missing.map(({ name }) => name).join(', ')}.`,
);
