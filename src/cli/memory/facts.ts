import type { Command } from 'commander';

import type { FactView } from '../../memory/memory.js';
import { common, plainWords, relativeTime, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';

export function addFacts(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('facts'))
    .description('what is known of the user, with the turn that says so')
    .option('--history', 'what no longer holds as well')
    .action((options: CommonOptions & { history?: true }) =>
      withUser(edges, options, async (user) => {
        const facts = await user.facts({ history: options.history ?? false });
        for (const fact of facts)
          edges.print(options.json ? JSON.stringify(fact) : factLine(fact, edges.nowMs()));
        if (facts.length === 0 && !options.json) edges.print(`No facts are known of ${user.id}.`);
      }),
    );
}

/** `1|dog|Potola  (full, 2 days ago, #3)`, whole however faded it is, and until when for what no longer holds. */
export function factLine(fact: FactView, nowMs: number): string {
  const { subject, relation, value, rung, validFromMs, validToMs, sourceTurn } = fact;
  const until = validToMs === undefined ? '' : `, until ${relativeTime(validToMs, nowMs)}`;
  return `${[subject, relation, value].map(plainWords).join('|')}  (${rung}, ${relativeTime(validFromMs, nowMs)}${until}, #${sourceTurn})`;
}
