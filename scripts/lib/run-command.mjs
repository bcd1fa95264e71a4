import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** A command ended badly; `output` is the end of what it said. */
export class CommandError extends Error {
  /**
   * @param {string} command
   * @param {string} how
   * @param {string} output
   */
  constructor(command, how, output) {
    super(`"${command}" ${how}`);
    this.name = 'CommandError';
    this.output = output;
  }
}

/**
 * Runs a command without a shell and without input.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {boolean} [options.show] let it write to the terminal instead of collecting what it says
 * @returns {Promise<string>} what it said (empty when shown)
 */
export async function runCommand(program, args, { env = process.env, cwd = root, show = false } = {}) {
  const said = await endOf(program, args, { env, cwd, show });
  if (said.code !== 0) {
    const how = said.signal === null ? `ended with exit code ${said.code}` : `was ended by ${said.signal}`;
    throw new CommandError([program, ...args].join(' '), how, said.output);
  }
  return said.output;
}

/**
 * Like {@link runCommand}, but a bad end is an answer too. A program that cannot be found ends with code 127.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, show?: boolean }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, output: string }>}
 */
export function endOf(program, args, { env = process.env, cwd = root, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env,
      cwd,
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-60_000);
      });
    }
    child.on('error', (error) => resolve({ code: 127, signal: null, output: error.message }));
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
}

/**
 * The npm that runs us, or the one on the path.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {[string, ...string[]]} program and first arguments
 */
export function npmCommand(env = process.env) {
  const running = env['npm_execpath'];
  return running?.endsWith('npm-cli.js') ? [process.execPath, running] : ['npm'];
}
