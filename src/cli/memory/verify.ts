import type { Command } from 'commander';

import { common, count, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { maintained } from './maintained.js';
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
          const report = await maintained(user, 'verify').verify((done, total) => shown.report(done, total));
          shown.end();
          const { ok, turns, head, damaged } = report;
          if (options.json) edges.print(JSON.stringify({ user: user.id, ...report }));
          else if (ok)
            edges.print(`${user.id}: ${count(turns, 'turn')}, all as they were stored. Head ${head}.`);
          else {
            edges.print(
              `${user.id}: ${damaged.length} of ${count(turns, 'turn')} damaged: ${list(damaged)}. ` +
                `"slowcat memory repair" mends what can be mended.`,
            );
          }
          if (!ok) edges.fail(1);
        } finally {
          shown.end();
        }
      }),
    );
}

export function addRepair(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('repair'))
    .description('rebuild what is damaged; exit code 1 when something is lost')
    .action((options: CommonOptions) =>
      withUser(edges, options, async (user) => {
        const shown = progress('repairing', edges);
        try {
          const report = await maintained(user, 'repair').repair((done, total) => shown.report(done, total));
          shown.end();
          const { ok, rebuiltPieces, rebuiltTurns, lost } = report;
          if (options.json) edges.print(JSON.stringify({ user: user.id, ...report }));
          else if (rebuiltPieces === 0 && rebuiltTurns === 0 && ok)
            edges.print(`${user.id}: nothing was damaged.`);
          else {
            edges.print(
              `${user.id}: rebuilt ${count(rebuiltPieces, 'piece')} with ${count(rebuiltTurns, 'turn')}.`,
            );
            if (lost.length > 0)
              edges.print(`${count(lost.length, 'turn')} cannot be rebuilt: ${list(lost)}.`);
          }
          if (!ok) edges.fail(1);
        } finally {
          shown.end();
        }
      }),
    );
}

function list(turns: readonly number[]): string {
  const some = turns.slice(0, named).map((turn) => `#${turn}`);
  return `${some.join(', ')}${turns.length > named ? ', …' : ''}`;
}
