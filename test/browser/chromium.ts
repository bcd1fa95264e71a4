import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium as playwright, type Browser } from 'playwright-core';
import { acquireLock } from '../../scripts/lib/lock.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { endOf } from '../../scripts/lib/run-command.mjs';

/** The browser of this machine, or why there is none and what to do about it. */
export type Chromium = { readonly executable: string } | { readonly missing: string };

export interface LaunchOptions {
  /**
   * WAV file that is the microphone: it is played once each time a page opens the microphone, as it is then. It should
   * end in silence: Chromium repeats its last moment.
   */
  readonly microphone?: string;
}

/** Commands that start Chromium or what is made of it, the freest first. */
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** Where macOS has it, which puts no commands of applications on the path. */
const applications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const advice = 'Install Chromium or Chrome, or name one in SLOWCAT_CHROMIUM.';

/**
 * The browser that is installed: the one that `SLOWCAT_CHROMIUM` names and no other, or else the first on the path.
 *
 * @param env environment to look in
 * @param runs whether a file is a browser that starts
 */
export function findChromium(
  env: NodeJS.ProcessEnv = process.env,
  runs: (file: string) => boolean = startsHere,
): Chromium {
  const named = env['SLOWCAT_CHROMIUM'];
  if (named !== undefined && named !== '')
    return runs(named)
      ? { executable: named }
      : { missing: 'What SLOWCAT_CHROMIUM names is no browser that starts: name another, or unset it.' };
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const executable = [...files, ...applications].find(runs);
  return executable === undefined
    ? { missing: `There is no Chromium on this machine. ${advice}` }
    : { executable };
}

/**
 * {@link findChromium}, and where there is none and this is root on Debian or one of its kind, Debian's package is
 * installed first. Two processes do not install at once.
 *
 * @param print told before and after something is installed
 */
export async function getChromium(print: (line: string) => void): Promise<Chromium> {
  const found = findChromium();
  if ('executable' in found || process.env['SLOWCAT_CHROMIUM'] || !canInstall()) return found;
  const lock = await acquireLock(inRoot('.slowcat', 'chromium.lock'));
  try {
    const meanwhile = findChromium();
    if ('executable' in meanwhile) return meanwhile;
    print('installing Chromium (apt-get install chromium) ...');
    const failure = await install();
    const installed = findChromium();
    if ('executable' in installed) return installed;
    const why = failure ?? 'the package brings none that starts';
    return { missing: `Chromium could not be installed (${why}). ${advice}` };
  } finally {
    await lock.release();
  }
}

/**
 * A headless browser with a new profile, which allows every page the microphone. The machine needs no sound card.
 *
 * @param executable from {@link getChromium}
 */
export const launchChromium = (executable: string, { microphone }: LaunchOptions = {}): Promise<Browser> =>
  playwright.launch({
    executablePath: executable,
    // Root cannot have a sandbox, and the microphone's file cannot be read from within one.
    chromiumSandbox: false,
    args: [
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
      '--autoplay-policy=no-user-gesture-required',
      ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}%noloop`]),
    ],
  });

/** Whether it is a program that says its version; a stand-in, like Ubuntu's for its snap, does not. */
function startsHere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    if (!statSync(file).isFile()) return false;
  } catch {
    return false;
  }
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 && stdout.includes('Chrom');
}

function canInstall(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** @returns what apt-get said last, where it failed */
async function install(): Promise<string | null> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patience = [
    '-o',
    'DPkg::Lock::Timeout=120',
    '-o',
    'Acquire::Retries=2',
    '-o',
    'Acquire::http::Timeout=20',
  ];
  // Lists may be old or none; if they cannot be had, what is at hand may still do.
  await endOf('apt-get', [...patience, 'update'], { env });
  const { code, output } = await endOf(
    'apt-get',
    [...patience, 'install', '-y', '--no-install-recommends', 'chromium'],
    { env },
  );
  return code === 0 ? null : (output.trim().split('\n').at(-1) ?? 'apt-get failed');
}
