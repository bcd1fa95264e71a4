import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countVitest, exitCodeOf, sum, summary } from './lib/count-tests.mjs';
import { completeLockfile, missingOptional, platformOf } from './lib/lockfile.mjs';
import { differs } from './lib/packages.mjs';
import { inRoot } from './lib/paths.mjs';
import { CommandError, endOf, npmCommand, runCommand } from './lib/run-command.mjs';
import { fingerprint, readStamp, writeStamp } from './lib/stamps.mjs';
import { buildEnvironment, compilerFlags, toolAdvice } from './lib/whisper-build.mjs';
import { checkNode } from './setup.mjs';

const test = (status: string) => ({ status });

describe('countVitest', () => {
  it('counts tests by outcome', () => {
    const report = {
      testResults: [
        { status: 'passed', assertionResults: [test('passed'), test('pending'), test('todo')] },
        { status: 'failed', assertionResults: [test('passed'), test('failed')] },
      ],
    };
    expect(countVitest(JSON.stringify(report), 1)).toMatchObject({ passed: 2, failed: 1, skipped: 2 });
  });

  it('names what failed, with the beginning of why', () => {
    const failed = { status: 'failed', fullName: 'adds up', failureMessages: ['expected 1 to be 2\nat x'] };
    const report = { testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [failed] }] };
    const { failures } = countVitest(JSON.stringify(report), 1);
    expect(failures).toEqual(['a.test.ts > adds up\n    expected 1 to be 2\n    at x']);
    expect(sum([{ passed: 0, failed: 1, skipped: 0, failures }]).failures).toEqual(failures);
  });

  it('counts a file that could not be run, and a run that broke without a failing test, as one failure', () => {
    const broken = { testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(countVitest(JSON.stringify(broken), 1).failed).toBe(1);
    const fine = { testResults: [{ status: 'passed', assertionResults: [test('passed')] }] };
    expect(countVitest(JSON.stringify(fine), 1)).toMatchObject({ passed: 1, failed: 1, skipped: 0 });
    expect(countVitest(undefined, 1).failed).toBe(1);
  });
});

describe('the closing line', () => {
  it('adds up and names skipped tests only when there are some', () => {
    const total = sum([
      { passed: 2, failed: 1, skipped: 0 },
      { passed: 3, failed: 0, skipped: 4 },
    ]);
    expect(summary(total)).toBe('5 passed, 1 failed, 4 skipped');
    expect(summary({ passed: 1, failed: 0, skipped: 0 })).toBe('1 passed, 0 failed');
  });

  it.each([
    [1, 0, 0],
    [1, 1, 1],
    [0, 0, 1],
  ])('ends %i passed and %i failed with exit code %i', (passed, failed, code) => {
    expect(exitCodeOf({ passed, failed, skipped: 5 })).toBe(code);
  });
});

describe('package-lock.json', () => {
  it('lists the binaries of every platform (else run "node scripts/complete-lockfile.mjs") and no registry', async () => {
    const text = await readFile(inRoot('package-lock.json'), 'utf8');
    const lock = JSON.parse(text) as Parameters<typeof missingOptional>[0];
    expect(missingOptional(lock)).toEqual([]);
    expect(lock.packages['node_modules/@node-llama-cpp/mac-arm64-metal']?.os).toEqual(['darwin']);
    expect(text).not.toContain('"resolved"');
  });
});

describe('completeLockfile', () => {
  it('adds what is wanted with an exact version and resolves nowhere', () => {
    const lock = {
      packages: {
        'node_modules/a': {
          version: '1.0.0',
          dev: true,
          optionalDependencies: { 'a-darwin-arm64': '1.0.0', 'a-linux-x64': '1.0.0', loose: '^1.0.0' },
        },
        'node_modules/a/node_modules/a-linux-x64': { version: '1.0.0' },
      },
    };
    const complete = completeLockfile(lock);
    expect(complete.packages['node_modules/a-darwin-arm64']).toEqual({
      version: '1.0.0',
      cpu: ['arm64'],
      os: ['darwin'],
      dev: true,
      optional: true,
    });
    expect(Object.keys(complete.packages)).toHaveLength(3);
    expect(missingOptional(complete)).toEqual([]);
  });

  it.each([
    ['@x/win32-arm64', 'win32', 'arm64'],
    ['@x/mac-arm64-metal', 'darwin', 'arm64'],
    ['@x/tool-linux-armv7', 'linux', 'arm'],
  ])('reads the platform off %s', (name, os, cpu) => {
    expect(platformOf(name)).toEqual({ os: [os], cpu: [cpu] });
  });

  it('does not guess', () => {
    expect(() => platformOf('@x/thing')).toThrow('by hand');
  });
});

describe('differs', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    },
  };

  it('accepts what the lockfile says, with or without optional packages', () => {
    expect(differs(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(false);
  });

  it.each([
    ['a missing package', {}],
    ['another version', { 'node_modules/a': { version: '1.0.1' } }],
    ['a leftover', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } }],
  ])('sees %s', (_, packages) => {
    expect(differs(lock, { packages })).toBe(true);
  });
});

describe('building Whisper', () => {
  it('uses the instructions of the processor at hand on x86, unless told otherwise', () => {
    expect(compilerFlags('x64', 'linux')).toBe('-O3 -march=native -DNDEBUG');
    expect(compilerFlags('arm64', 'darwin')).toBe('-DNDEBUG');
    const machine = { arch: 'x64', platform: 'linux', execPath: '/nowhere/bin/node' };
    expect(buildEnvironment({ CFLAGS: '-O2' }, machine)).toEqual({
      CFLAGS: '-O2',
      CXXFLAGS: '-O3 -march=native -DNDEBUG',
      JOBS: 'max',
    });
  });

  it('says how to get a compiler on each system', () => {
    expect(toolAdvice(['make'], 'darwin')).toContain('xcode-select --install');
    expect(toolAdvice(['a C++ compiler', 'make'], 'linux')).toContain('build-essential');
  });
});

describe('checkNode', () => {
  const manifest = JSON.stringify({ engines: { node: '>=20.11' } });

  it.each(['20.11.0', '20.20.2', '22.0.0'])('accepts %s', (version) => {
    expect(() => checkNode(version, manifest)).not.toThrow();
  });

  it.each(['18.20.0', '20.10.9'])('refuses %s and says what is needed', (version) => {
    expect(() => checkNode(version, manifest)).toThrow('needs Node 20.11');
  });
});

describe('running commands', () => {
  it('gives what was said, and what a failing command said last', async () => {
    expect(await runCommand(process.execPath, ['-p', '6*7'])).toBe('42\n');
    const failing = runCommand(process.execPath, ['-e', 'console.error("oh"); process.exit(3)']);
    await expect(failing).rejects.toBeInstanceOf(CommandError);
    await expect(failing).rejects.toMatchObject({
      output: 'oh\n',
      message: expect.stringContaining('code 3') as string,
    });
    expect((await endOf('no-such-program-here', [])).code).toBe(127);
  });

  it('uses the npm that runs it', () => {
    expect(npmCommand({ npm_execpath: '/x/npm-cli.js' })).toEqual([process.execPath, '/x/npm-cli.js']);
    expect(npmCommand({})).toEqual(['npm']);
  });
});

describe('fingerprint', () => {
  it('changes when a file is edited, added or left out, and ignores built folders', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slowcat-scripts-'));
    try {
      await mkdir(join(folder, 'dist'));
      await writeFile(join(folder, 'a.ts'), '1');
      const first = await fingerprint([folder]);
      await writeFile(join(folder, 'dist', 'a.js'), '1');
      expect(await fingerprint([folder, join(folder, 'absent')])).toBe(first);
      await utimes(join(folder, 'a.ts'), 1000, 1000);
      const second = await fingerprint([folder]);
      expect(second).not.toBe(first);
      await writeFile(join(folder, 'b.test.ts'), '');
      expect(await fingerprint([folder])).not.toBe(second);
      expect(await fingerprint([folder], (path) => !path.endsWith('.test.ts'))).toBe(second);

      await writeStamp(join(folder, 'deep', 'stamp'), second);
      expect(await readStamp(join(folder, 'deep', 'stamp'))).toBe(second);
      expect(await readStamp(join(folder, 'none'))).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
