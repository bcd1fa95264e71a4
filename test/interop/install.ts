import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../../scripts/lib/lock.mjs';
import { endOf, npmCommand } from '../../scripts/lib/run-command.mjs';
import { installFolder, packagesFolder, type ClientKind } from './clients.js';

/** Pipecat 1.14 wants at least this Python. */
const minPython = [3, 11] as const;

/**
 * Installs the packages of these clients where they are missing, all at once.
 *
 * @returns why the clients of a language cannot be there, by `packages`; nothing for those that are
 */
export async function installClients(
  kinds: readonly Pick<ClientKind, 'packages' | 'language'>[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map(kinds.map((kind) => [kind.packages, kind]));
  const missing = new Map<string, string>();
  await Promise.all(
    [...wanted.values()].map(async ({ packages, language }) => {
      const lock = await acquireLock(`${installFolder(packages)}.lock`);
      try {
        const why = await (language === 'javascript' ? installNode(packages) : installPython(packages));
        if (why !== null) missing.set(packages, why);
      } finally {
        await lock.release();
      }
    }),
  );
  return missing;
}

async function installNode(packages: string): Promise<null> {
  const folder = installFolder(packages);
  const lock = readFileSync(join(packagesFolder(packages), 'package-lock.json'), 'utf8');
  if (isStamped(folder, lock)) return null;
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(packagesFolder(packages), name), join(folder, name));
  const [npm, ...first] = npmCommand();
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await succeed(npm, [...first, 'ci', '--prefix', folder, ...flags]);
  stamp(folder, lock);
  return null;
}

async function installPython(packages: string): Promise<string | null> {
  const folder = installFolder(packages);
  const list = join(packagesFolder(packages), 'requirements.txt');
  const requirements = readFileSync(list, 'utf8');
  const python = findPython();
  if (python === null)
    return `there is no Python ${minPython.join('.')} or newer with pip and venv on this machine`;
  if (isStamped(folder, requirements)) return null;
  rmSync(folder, { recursive: true, force: true });
  await succeed(python, ['-m', 'venv', '--without-pip', folder]);
  const inFolder = ['--python', join(folder, 'bin', 'python')];
  // The list is complete for what is used here; all that Pipecat depends on would be ten times as much.
  const flags = [
    '--quiet',
    '--no-compile',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--disable-pip-version-check',
  ];
  await succeed(python, ['-m', 'pip', ...inFolder, 'install', ...flags, '-r', list]);
  stamp(folder, requirements);
  return null;
}

/** The first that is new enough and can make environments. */
function findPython(): string | null {
  const [major, minor] = minPython;
  const test = `import sys, pip, venv; sys.exit(sys.version_info < (${major}, ${minor}))`;
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11'];
  return names.find((name) => spawnSync(name, ['-c', test]).status === 0) ?? null;
}

const stampFile = (folder: string): string => join(folder, 'installed');

const isStamped = (folder: string, content: string): boolean =>
  existsSync(stampFile(folder)) && readFileSync(stampFile(folder), 'utf8') === content;

const stamp = (folder: string, content: string): void => writeFileSync(stampFile(folder), content);

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { code, output } = await endOf(program, args);
  if (code !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed:\n${output.slice(-2000)}`);
}
