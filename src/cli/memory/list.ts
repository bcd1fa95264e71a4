import type { Command } from 'commander';

import type { StoredTurn } from '../../memory/memory.js';
import { common, positive, turnLine, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';

export function addList(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('list'))
    .description('the newest turns, newest last')
    .option('--limit <n>', 'how many', positive, 20)
    .action((options: CommonOptions & { limit: number }) =>
      withUser(edges, options, async (user) => {
        const newest: StoredTurn[] = [];
        for await (const turn of user.export()) {
          newest.push(turn);
          if (newest.length > options.limit) newest.shift();
        }
        for (const turn of newest)
          edges.print(options.json ? JSON.stringify(turn) : turnLine(turn, edges.nowMs()));
        if (newest.length === 0 && !options.json) edges.print(`Nothing is remembered of ${user.id}.`);
      }),
    );
}
