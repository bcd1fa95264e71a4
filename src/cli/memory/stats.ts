import type { Command } from 'commander';

import { common, count, withMemory, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';

export function addStats(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('stats'))
    .description('how much is remembered')
    .action((options: CommonOptions) =>
      withUser(edges, options, async (user) => {
        const facts = (await user.facts()).length;
        const { turns, bytes } = await user.stats();
        edges.print(
          options.json
            ? JSON.stringify({ user: user.id, turns, bytes, facts })
            : `${user.id}: ${count(turns, 'turn')}, ${bytes} bytes, ${count(facts, 'fact')}`,
        );
      }),
    );

  common(memory.command('users'))
    .description('who has turns')
    .action((options: CommonOptions) =>
      withMemory(edges, options, async (opened) => {
        const users = await opened.users();
        for (const id of users) edges.print(options.json ? JSON.stringify(id) : id);
        if (users.length === 0 && !options.json) edges.print('Nobody is remembered yet.');
      }),
    );
}
