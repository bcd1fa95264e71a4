import { existsSync } from 'node:fs';
import { chmod, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';
import { npmCommand, runCommand } from './run-command.mjs';
import { fingerprint, readStamp, writeStamp } from './stamps.mjs';

const codeStamp = inRoot('dist', '.slowcat');
const pageStamp = inRoot('web-client', 'dist', '.slowcat');

function codeState() {
  const inputs = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    inRoot(name),
  );
  return fingerprint(inputs, (path) => !path.endsWith('.test.ts'));
}

export async function codeIsStale() {
  return (await readStamp(codeStamp)) !== (await codeState());
}

/** Compiles `src/` into `dist/`, from nothing, so that no file of a deleted source stays. */
export async function buildCode() {
  const state = await codeState();
  await rm(inRoot('dist'), { recursive: true, force: true });
  await runCommand(process.execPath, [
    inRoot('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
  await writeStamp(codeStamp, state);
}

export function hasPage() {
  return existsSync(inRoot('web-client', 'package.json'));
}

export async function pageIsStale() {
  return hasPage() && (await readStamp(pageStamp)) !== (await fingerprint([inRoot('web-client')]));
}

/** Builds the web page with its own packages, when it has any. */
export async function buildPage() {
  const state = await fingerprint([inRoot('web-client')]);
  const [npm, ...first] = npmCommand();
  const cwd = inRoot('web-client');
  if (existsSync(join(cwd, 'package-lock.json'))) {
    const flags = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await runCommand(npm, [...first, 'ci', ...flags], { cwd });
  }
  await runCommand(npm, [...first, 'run', 'build', '--loglevel=error'], { cwd });
  await writeStamp(pageStamp, state);
}

/** Makes `npx slowcat` work in the clone: npm links the commands of packages, not the project's own. */
export async function linkCommand() {
  if (platform() === 'win32') return;
  const link = inRoot('node_modules', '.bin', 'slowcat');
  const target = join('..', '..', 'bin', 'slowcat.mjs');
  if ((await readlink(link).catch(() => undefined)) === target) return;
  await chmod(inRoot('bin', 'slowcat.mjs'), 0o755);
  await mkdir(inRoot('node_modules', '.bin'), { recursive: true });
  await rm(link, { force: true });
  await symlink(target, link);
}
