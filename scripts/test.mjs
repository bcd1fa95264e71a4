/**
 * `npm test`: set-up, the four checks (types, lint, format, rooms; each counts as one test), then every Vitest project.
 * With arguments only Vitest runs, with them: `npm test -- src/memory`. The last line is `N passed, N failed`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countVitest, exitCodeOf, sum, summary } from './lib/count-tests.mjs';
import { inRoot } from './lib/paths.mjs';
import { endOf } from './lib/run-command.mjs';
import { setup, SetupError } from './setup.mjs';

/** Program files of the checks in package.json, run without npm in between. */
/** @type {Record<string, readonly [string, ...string[]]>} */
const checks = {
  types: ['typescript/bin/tsc', '--noEmit'],
  lint: ['eslint/bin/eslint.js', '.'],
  format: ['prettier/bin/prettier.cjs', '--check', '.'],
  rooms: ['dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'src'],
};

/**
 * @param {string} name
 * @param {readonly [string, ...string[]]} command a program file below node_modules, and its arguments
 * @returns {Promise<import('./lib/count-tests.mjs').Counts>}
 */
async function check(name, [program, ...args]) {
  const { code, output } = await endOf(process.execPath, [inRoot('node_modules', program), ...args]);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code !== 0) console.log(output.trimEnd());
  const failures = code === 0 ? [] : [`the check "${name}"`];
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, failures };
}

/**
 * @param {string} project
 * @param {readonly string[]} args
 * @returns {Promise<import('./lib/count-tests.mjs').Counts>}
 */
async function vitest(project, args) {
  const folder = await mkdtemp(join(tmpdir(), 'slowcat-test-'));
  const report = join(folder, 'report.json');
  try {
    const { code } = await endOf(
      process.execPath,
      [
        inRoot('node_modules', 'vitest', 'vitest.mjs'),
        ...['run', '--project', project, '--passWithNoTests'],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ...args,
      ],
      { show: true },
    );
    return countVitest(await readFile(report, 'utf8').catch(() => undefined), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {readonly string[]} args */
async function all(args) {
  await setup({ quiet: true });
  const counts = [];
  if (args.length === 0)
    for (const [name, command] of Object.entries(checks)) counts.push(await check(name, command));
  for (const project of ['unit', 'real']) counts.push(await vitest(project, args));
  return sum(counts);
}

/** @type {import('./lib/count-tests.mjs').Counts} */
const counts = await all(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof SetupError ? error.message : error);
  return { passed: 0, failed: 1, skipped: 0 };
});
for (const failure of counts.failures ?? []) console.log(`FAILED ${failure}`);
console.log(summary(counts));
process.exitCode = exitCodeOf(counts);
