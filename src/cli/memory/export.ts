import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

import type { Command } from 'commander';

import { SlowcatError } from '../../errors.js';
import type { UserMemory } from '../../memory/memory.js';
import { common, count, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { progress } from './progress.js';
import { turnToJson } from './turn-json.js';

/** What shells report for a program that Ctrl-C has ended: 128 + SIGINT. */
export const interruptedExitCode = 130;

export function addExport(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('export'))
    .description('every turn, verbatim, oldest first, one JSON object a line')
    .option('--out <file>', 'a new file that only you can read, instead of the terminal')
    .action((options: CommonOptions & { out?: string }) =>
      edges.interruptible((signal) =>
        withUser(edges, options, async (user) => {
          const { out } = options;
          if (out !== undefined) {
            const written = await exportToFile(user, out, edges, signal);
            if (signal.aborted) return;
            edges.print(
              options.json
                ? JSON.stringify({ exported: written, file: out })
                : `Exported ${count(written, 'turn')} to ${out}.`,
            );
            return;
          }
          const shown = progress('exporting', edges);
          const { turns } = await user.stats();
          let done = 0;
          for await (const turn of user.export()) {
            if (signal.aborted) break;
            edges.print(turnToJson(turn));
            shown.report(++done, turns);
          }
          shown.end();
          if (signal.aborted) edges.fail(interruptedExitCode);
        }),
      ),
    );
}

/**
 * Writes all turns to a file that must not exist yet. What Ctrl-C leaves of it ends with a whole line.
 *
 * @returns how many turns
 * @throws SlowcatError `SLOWCAT_MEMORY_FILE`
 */
export async function exportToFile(
  user: UserMemory,
  path: string,
  edges: MemoryCommandEdges,
  signal: AbortSignal,
): Promise<number> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  const shown = progress('exporting', edges);
  try {
    await once(file, 'open');
    const { turns } = await user.stats();
    let done = 0;
    for await (const turn of user.export()) {
      if (signal.aborted) break;
      if (!file.write(`${turnToJson(turn)}\n`)) await once(file, 'drain');
      shown.report(++done, turns);
    }
    file.end();
    // Closed means flushed: who exports before forgetting has it on the disk.
    await once(file, 'close');
    if (signal.aborted) edges.fail(interruptedExitCode);
    return done;
  } catch (cause) {
    file.destroy();
    if (SlowcatError.isInstance(cause)) throw cause;
    throw new SlowcatError('SLOWCAT_MEMORY_FILE', `${path} cannot be written, or is there already.`, {
      cause,
    });
  } finally {
    shown.end();
  }
}
