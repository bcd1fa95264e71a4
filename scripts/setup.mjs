/**
 * Does whatever is missing before Slowcat can run: packages, Whisper for this processor, compiled code, the web page,
 * model files. Plain Node, no packages: it has to run in a fresh clone. Each step looks first and is quick when there
 * is nothing to do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { buildCode, buildPage, codeIsStale, hasPage, linkCommand, pageIsStale } from './lib/build.mjs';
import { acquireLock } from './lib/lock.mjs';
import { installPackages, packagesAreStale } from './lib/packages.mjs';
import { inRoot } from './lib/paths.mjs';
import { CommandError, endOf } from './lib/run-command.mjs';
import { buildWhisper, whisperIsStale } from './lib/whisper-build.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} doing what the person reads while it runs
 * @property {() => Promise<boolean>} stale whether there is something to do
 * @property {() => Promise<void>} run
 * @property {string} [advice] what to do when it fails
 */

/** @type {readonly Step[]} */
const steps = [
  {
    name: 'packages',
    doing: 'installing (npm ci)',
    stale: packagesAreStale,
    run: installPackages,
    advice:
      'npm needs its registry for this step. Without a network, copy node_modules from a clone on a machine of the same system, processor and Node version.',
  },
  {
    name: 'Whisper',
    doing: 'compiling for this processor',
    stale: whisperIsStale,
    run: buildWhisper,
    advice: 'node-gyp needs a C++ compiler, make, Python 3, and the headers of this Node version.',
  },
  {
    name: 'code',
    doing: 'compiling TypeScript',
    stale: codeIsStale,
    run: buildCode,
    advice: 'The TypeScript sources have the faults above.',
  },
  { name: 'web page', doing: 'building', stale: pageIsStale, run: buildPage },
];

/** Set-up could not be finished; `message` says what to do. */
export class SetupError extends Error {
  /** @param {string} message @param {{ cause?: unknown }} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/**
 * @param {object} [options]
 * @param {boolean} [options.quiet] say nothing about steps that have nothing to do
 * @param {boolean} [options.models] also fetch model files; true by default
 * @param {(line: string) => void} [options.print]
 * @throws {SetupError}
 */
export async function setup({ quiet = false, models = true, print = (line) => console.log(line) } = {}) {
  checkNode(process.versions.node, readFileSync(inRoot('package.json'), 'utf8'));
  const begin = performance.now();
  let worked = false;
  const lock = await acquireLock(inRoot('.slowcat', 'setup.lock'), {
    onWait: (pid) => print(`Another set-up is running (process ${pid}); waiting for it.`),
  });
  try {
    for (const step of steps) {
      if (!(await step.stale())) {
        if (!quiet)
          print(`  ${step.name.padEnd(10)} ${step.name === 'web page' && !hasPage() ? 'none' : 'in place'}`);
        continue;
      }
      worked = true;
      print(`  ${step.name.padEnd(10)} ${step.doing} ...`);
      const started = performance.now();
      await step.run().catch((error) => {
        throw failure(step, error);
      });
      print(`  ${step.name.padEnd(10)} done in ${seconds(started)}`);
    }
    await linkCommand();
  } finally {
    await lock.release();
  }
  if (models) await fetchModels(quiet);
  if (worked || !quiet) print(`Set-up finished in ${seconds(begin)}.`);
}

/**
 * Fetching has a lock, a progress bar and error messages of its own.
 *
 * @param {boolean} quiet
 */
async function fetchModels(quiet) {
  const bin = inRoot('bin', 'slowcat.mjs');
  if (!existsSync(bin)) throw new SetupError('bin/slowcat.mjs is missing: restore it with git.');
  const args = [bin, 'models', 'fetch', ...(quiet ? ['--quiet'] : [])];
  const { code, signal } = await endOf(process.execPath, args, { show: true });
  if (code === 0) return;
  if (signal === 'SIGINT' || code === 130) process.exit(130);
  throw new SetupError('The models are not complete; see above.');
}

/**
 * @param {string} version running
 * @param {string} packageJson text
 */
export function checkNode(version, packageJson) {
  const needed = /(\d+)\.(\d+)/.exec(JSON.parse(packageJson).engines.node);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [, neededMajor = 0, neededMinor = 0] = (needed ?? []).map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new SetupError(
    `Slowcat needs Node ${neededMajor}.${neededMinor} or newer; this is ${version}. Install a newer Node (for example with nvm: "nvm install --lts").`,
  );
}

/** @param {Step} step @param {unknown} error */
function failure(step, error) {
  const said = error instanceof CommandError ? `\n${lastLines(error.output, 40)}\n` : '';
  const what = error instanceof Error ? error.message : String(error);
  const advice = error instanceof CommandError && step.advice ? ` ${step.advice}` : '';
  return new SetupError(`${said}${step.name}: ${what}.${advice}`.replace('..', '.'), { cause: error });
}

/** @param {string} text @param {number} count */
function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** @param {number} since */
function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Runs `work` as a program: prints a failure plainly and sets the exit code.
 *
 * @param {() => Promise<void>} work
 */
export async function asProgram(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await asProgram(() => setup({ quiet: process.argv.includes('--quiet') }));
}
