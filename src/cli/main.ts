import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { SlowcatError } from '../errors.js';
import { memoryCommand } from './memory/memory-command.js';
import { modelsCommand } from './models.js';
import { reportCommand } from './report.js';
import { serveCommand } from './serve.js';
import { talkCommand } from './talk.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Runs the command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('slowcat')
    .description('A local, Pipecat-compatible voice server with a memory that never slows down.')
    .version(version)
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  for (const command of [serveCommand(), talkCommand(), modelsCommand(), memoryCommand(), reportCommand()])
    program.addCommand(command);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(explain(error));
    return 1;
  }
}

/** One line a person can act on; the code is for searching `docs/errors.md`. */
function explain(error: unknown): string {
  if (SlowcatError.isInstance(error)) return `slowcat: ${error.message} [${error.code}]`;
  return `slowcat: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
