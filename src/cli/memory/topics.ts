import type { Command } from 'commander';

import { common, count, plainWords, positive, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';

export function addTopics(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('topics'))
    .description('what the user talks about, the most talked about first')
    .option('--count <n>', 'topics at most', positive)
    .action((options: CommonOptions & { count?: number }) =>
      withUser(
        edges,
        options,
        async (user) => {
          const topics = await user.topics(options.count === undefined ? {} : { count: options.count });
          for (const topic of topics) {
            edges.print(
              options.json
                ? JSON.stringify(topic)
                : `${topic.words.map(plainWords).join(', ')}  (${count(topic.turns, 'turn')}, as in #${topic.turnIds[0]})`,
            );
          }
          if (topics.length === 0 && !options.json)
            edges.print(`Nothing that can be sorted by meaning is remembered of ${user.id}.`);
        },
        { embed: true },
      ),
    );
}
