/**
 * The Python package, as its users get it: built, its types checked, and its own tests, each of them one test here.
 * They run against a scripted bridge and against a real server of ours (`bridge-server.ts`).
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endOf } from '../../scripts/lib/run-command.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { loadConfig } from '../../src/config/index.js';
import { installFolder } from './clients.js';
import { installClients } from './install.js';

interface Outcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly text: string;
}

const packages = 'python-bridge';
const source = inRoot('python', 'slowcat-pipecat');
const work = mkdtempSync(join(tmpdir(), 'slowcat-pipecat-'));
afterAll(() => rmSync(work, { recursive: true }));

const python = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  endOf(join(installFolder(packages), 'bin', 'python'), args, {
    cwd: source,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });

/** Builds the wheel and lays it out as an installation does. */
async function build(): Promise<{ readonly output: string; readonly files: readonly string[] }> {
  const built = await python(['-m', 'hatchling', 'build', '-t', 'wheel', '-d', work]);
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) return { output: built.output, files: [] };
  await python(['-m', 'zipfile', '-e', join(work, wheel), join(work, 'site')]);
  return { output: built.output, files: readdirSync(join(work, 'site', 'slowcat_pipecat')) };
}

/** Runs the package's tests on what was built. */
async function pytest(): Promise<{ readonly output: string; readonly outcomes: readonly Outcome[] }> {
  const report = join(work, 'report.jsonl');
  const { output } = await python(['-m', 'pytest', '-q'], {
    PYTHONPATH: join(work, 'site'),
    SLOWCAT_TEST_REPORT: report,
    SLOWCAT_TEST_NODE: process.execPath,
  });
  const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : [];
  return { output, outcomes: lines.map((line) => JSON.parse(line) as Outcome) };
}

describe('what the package and the page take for the server', () => {
  const { host, port } = loadConfig({ env: {}, flags: {} });

  it.each(['python/slowcat-pipecat/src/slowcat_pipecat/bridge.py', 'docs/bridge.md'])(
    'is the one that npm start starts: %s',
    (file) => {
      const url = /ws:\/\/[^\s"`]+\/bridge/u.exec(readFileSync(inRoot(...file.split('/')), 'utf8'))?.[0];
      expect(url).toBe(`ws://${host}:${port}/bridge`);
    },
  );
});

const missing = (await installClients([{ packages, language: 'python' }])).get(packages);
if (missing !== undefined) process.stdout.write(`  SKIPPED slowcat-pipecat: ${missing}\n`);

describe.skipIf(missing !== undefined)('slowcat-pipecat', async () => {
  if (missing !== undefined) {
    it('needs Python', () => undefined);
    return;
  }
  const built = await build();
  // Its cache stays, as what it checks mostly is Pipecat.
  const cache = join(installFolder(packages), 'mypy-cache');
  const [{ output, outcomes }, types] = await Promise.all([
    pytest(),
    python(['-m', 'mypy', '--cache-dir', cache]),
  ]);

  it('is built with its types', () => {
    expect(built.files, built.output).toEqual(
      expect.arrayContaining(['py.typed', 'memory.py', '__init__.py']),
    );
  });

  it('has types that hold', () => {
    expect(types.code, types.output).toBe(0);
  });

  it('has tests that ran', () => {
    expect(outcomes.length, output).toBeGreaterThan(0);
  });

  for (const { name, outcome, text } of outcomes) {
    it(name, (context) => {
      if (outcome === 'skipped') context.skip(text);
      expect(outcome, text).toBe('passed');
    });
  }
});
