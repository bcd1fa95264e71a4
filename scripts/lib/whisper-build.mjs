/**
 * Builds smart-whisper's native addon, which npm delivers as source. Its build uses no vector instructions unless told,
 * and is then six times slower on x86, so it is compiled for the processor at hand.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot } from './paths.mjs';
import { endOf, npmCommand, runCommand } from './run-command.mjs';
import { digest, readStamp, writeStamp } from './stamps.mjs';

const buildFolder = inRoot('node_modules', 'smart-whisper', 'build');
const stampFile = join(buildFolder, '.slowcat');
const addon = join(buildFolder, 'Release', 'smart-whisper.node');

export async function whisperIsStale() {
  return !existsSync(addon) || (await readStamp(stampFile)) !== buildKey();
}

/** @throws {Error} saying how to get a compiler, when there is none */
export async function buildWhisper() {
  const missing = await missingTools();
  if (missing.length > 0) throw new Error(toolAdvice(missing, platform()));
  await rm(stampFile, { force: true });
  const [npm, ...first] = npmCommand();
  await runCommand(
    npm,
    [...first, 'rebuild', 'smart-whisper', '--ignore-scripts=false', '--loglevel=error'],
    {
      env: buildEnvironment(process.env),
    },
  );
  if (!existsSync(addon)) throw new Error(`The build left no ${addon}.`);
  await writeStamp(stampFile, buildKey());
}

/** Notes that the addon that is there was built by hand for this machine. */
export async function trustWhisperBuild() {
  await writeStamp(stampFile, buildKey());
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {{ arch?: string, platform?: string, execPath?: string }} [machine]
 * @returns {NodeJS.ProcessEnv}
 */
export function buildEnvironment(env, machine = {}) {
  const flags = compilerFlags(machine.arch ?? arch(), machine.platform ?? platform());
  const headers = bundledHeaders(machine.execPath ?? process.execPath);
  return {
    ...(flags === undefined ? {} : { CFLAGS: flags, CXXFLAGS: flags }),
    // Node's own headers where they lie beside it: node-gyp then downloads none.
    ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
    JOBS: 'max',
    ...env,
  };
}

/**
 * @param {string} architecture
 * @param {string} system
 */
export function compilerFlags(architecture, system) {
  // On arm64 NEON is always there and the addon turns on what else it uses.
  if (system !== 'linux' && system !== 'darwin') return undefined;
  // NDEBUG keeps ggml's allocator from printing to stderr at every call.
  return architecture === 'x64' ? '-O3 -march=native -DNDEBUG' : '-DNDEBUG';
}

/** @param {string} execPath */
function bundledHeaders(execPath) {
  const prefix = dirname(dirname(execPath));
  try {
    const header = readFileSync(join(prefix, 'include', 'node', 'node_version.h'), 'utf8');
    const version = ['MAJOR', 'MINOR', 'PATCH']
      .map((name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header)?.[1])
      .join('.');
    return version === process.versions.node ? prefix : undefined;
  } catch {
    return undefined;
  }
}

async function missingTools() {
  /** @param {readonly string[]} programs */
  const none = async (programs) => {
    for (const program of programs) if ((await endOf(program, ['--version'])).code === 0) return false;
    return true;
  };
  const compilers = process.env['CXX'] ? [process.env['CXX']] : ['c++', 'g++', 'clang++'];
  const missing = [];
  if (await none(compilers)) missing.push('a C++ compiler');
  if (await none(['make', 'gmake'])) missing.push('make');
  if (await none(['python3', 'python'])) missing.push('Python 3');
  return missing;
}

/**
 * @param {readonly string[]} missing
 * @param {string} system
 */
export function toolAdvice(missing, system) {
  const how =
    system === 'darwin'
      ? 'run "xcode-select --install"'
      : 'install them, for example "sudo apt install build-essential python3" (Debian, Ubuntu), "sudo dnf install gcc-c++ make python3" (Fedora) or "apk add build-base python3" (Alpine)';
  return `Whisper is compiled on this machine and needs ${missing.join(', ')}: ${how}, then start again.`;
}

/** What a build depends on. A processor with fewer instructions would crash on another one's build. */
function buildKey() {
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  return digest(
    JSON.stringify([
      lock.packages['node_modules/smart-whisper']?.version,
      process.versions.modules,
      arch(),
      platform(),
      processor(),
      compilerFlags(arch(), platform()) ?? '',
      process.env['CFLAGS'] ?? '',
      process.env['CXXFLAGS'] ?? '',
    ]),
  );
}

function processor() {
  try {
    return /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  } catch {
    return cpus()[0]?.model ?? '';
  }
}
