import type { Command } from 'commander';

import { SlowcatError } from '../../errors.js';
import type { MemoryRepairReport, RepairReport } from '../../memory/memory.js';
import { common, count, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { progress } from './progress.js';

/** Turns that are named in a line for a person; JSON names all. */
const named = 10;

export function addVerify(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('verify'))
    .description('compare every stored byte with the head; exit code 1 when something is damaged')
    .action((options: CommonOptions) =>
      withUser(edges, options, async (user) => {
        const shown = progress('verifying', edges);
        try {
          const report = await user.verify((done, total) => shown.report(done, total));
          shown.end();
          const { ok, turns, head, damaged } = report;
          if (options.json) edges.print(JSON.stringify({ user: user.id, ...report }));
          else if (ok)
            edges.print(`${user.id}: ${count(turns, 'turn')}, all as they were stored. Head ${head}.`);
          else {
            edges.print(
              `${user.id}: ${damaged.length} of ${count(turns, 'turn')} damaged: ${list(damaged)}. ` +
                `Close the server, then run "slowcat memory repair": it mends what can be mended and says what is lost.`,
            );
          }
          if (!ok) edges.fail(1);
        } finally {
          shown.end();
        }
      }),
    );
}

/**
 * With nobody else there, the whole memory is repaired, every user's, also when it cannot be opened any more. Beside a
 * running server it can be opened, and the named user's turns are mended under its feet.
 */
export function addRepair(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('repair'))
    .description(
      'rebuild what is damaged, of every user; of one user while a server runs; exit code 1 when something is lost',
    )
    .action(async (options: CommonOptions) => {
      const shown = progress('repairing', edges);
      const onProgress = (done: number, total: number): void => shown.report(done, total);
      try {
        const { rebuiltDatabase, users } = await edges
          .repair(options.dataDir, onProgress)
          .catch((error: unknown): Promise<Pick<MemoryRepairReport, 'rebuiltDatabase' | 'users'>> => {
            if (!SlowcatError.isInstance(error) || error.code !== 'SLOWCAT_MEMORY_STORE') throw error;
            return withUser(edges, options, async (user) => ({
              rebuiltDatabase: false,
              users: new Map([[user.id, await user.repair(onProgress)]]),
            }));
          });
        shown.end();
        if (rebuiltDatabase && !options.json)
          edges.print('The database was built again from its archive and its remains.');
        for (const [user, report] of users) {
          if (options.json) edges.print(JSON.stringify({ user, ...report }));
          else for (const line of repairLines(user, report)) edges.print(line);
          if (!report.ok) edges.fail(1);
        }
        if (users.size === 0 && !options.json) edges.print('Nobody is remembered yet: nothing was damaged.');
      } finally {
        shown.end();
      }
    });
}

function repairLines(user: string, { ok, rebuiltPieces, rebuiltTurns, lost }: RepairReport): string[] {
  if (rebuiltPieces === 0 && rebuiltTurns === 0 && ok) return [`${user}: nothing was damaged.`];
  return [
    `${user}: rebuilt ${count(rebuiltPieces, 'piece')} and ${count(rebuiltTurns, 'turn')}.`,
    ...(lost.length > 0 ? [`${user}: ${count(lost.length, 'turn')} cannot be rebuilt: ${list(lost)}.`] : []),
  ];
}

function list(turns: readonly number[]): string {
  const some = turns.slice(0, named).map((turn) => `#${turn}`);
  return `${some.join(', ')}${turns.length > named ? ', …' : ''}`;
}
