import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workerUrl } from './worker-url.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slowcat src '));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

it('finds the worker beside built code', () => {
  const caller = pathToFileURL(join(root, 'dist/engines/kokoro/kokoro.js')).href;
  expect(workerUrl(caller, 'w.js')).toEqual(pathToFileURL(join(root, 'dist/engines/kokoro/w.js')));
});

it('finds the built twin of a source file, also under a folder named src', () => {
  const project = join(root, 'src', 'project');
  mkdirSync(join(project, 'dist/engines'), { recursive: true });
  writeFileSync(join(project, 'dist/engines/w.js'), '');
  const caller = pathToFileURL(join(project, 'src/engines/kokoro.ts')).href;
  expect(workerUrl(caller, 'w.js')).toEqual(pathToFileURL(join(project, 'dist/engines/w.js')));
});

it('says how to build what is not built', () => {
  const caller = pathToFileURL(join(root, 'src/engines/kokoro.ts')).href;
  expect(() => workerUrl(caller, 'w.js')).toThrow(/w\.js is not built yet; run `npm run build`/);
});
