import { writeFile } from 'node:fs/promises';

import type { Command } from 'commander';

import { SlowcatError } from '../../errors.js';
import type { FactView, StoredTurn, UserMemory } from '../../memory/memory.js';
import { common, positive, turnLine, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { factLine } from './facts.js';
import { turnToJson } from './turn-json.js';

export function addShow(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('show'))
    .description(
      'one turn: its words, what was learnt from it and how well that is remembered, and its proof',
    )
    .argument('<turn>', 'its number, as list shows it', positive)
    .action((turnId: number, options: CommonOptions) =>
      withUser(edges, options, async (user) => {
        const turn = await turnOf(user, turnId);
        if (!turn) {
          edges.print(options.json ? 'null' : `There is no turn #${turnId} of ${user.id}.`);
          edges.fail(1);
          return;
        }
        const facts = (await user.facts({ history: true })).filter(({ sourceTurn }) => sourceTurn === turnId);
        const proof = await user.proof(turnId);
        if (options.json) {
          const own = JSON.parse(turnToJson(turn)) as object;
          edges.print(JSON.stringify({ turnId, ...own, facts, proof: proof ?? null }));
          return;
        }
        edges.print(turnLine(turn, edges.nowMs()));
        for (const line of details(turn, facts, proof?.head, edges.nowMs())) edges.print(`  ${line}`);
      }),
    );
}

export function addProof(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('proof'))
    .description('a proof that a turn is part of the log, for docs/verify-proof.mjs')
    .argument('<turn>', 'its number, as list shows it', positive)
    .option('--out <file>', 'a file that only you can read, instead of the terminal')
    .action((turnId: number, options: CommonOptions & { out?: string }) =>
      withUser(edges, options, async (user) => {
        const proof = await user.proof(turnId);
        if (!proof) {
          edges.note(`There is no turn #${turnId} of ${user.id}.`);
          edges.fail(1);
          return;
        }
        const text = JSON.stringify(proof, null, options.json ? 0 : 2);
        const { out } = options;
        if (out === undefined) {
          edges.print(text);
          return;
        }
        try {
          await writeFile(out, `${text}\n`, { mode: 0o600 });
        } catch (cause) {
          throw new SlowcatError('SLOWCAT_MEMORY_FILE', `${out} cannot be written.`, { cause });
        }
        edges.note(`Proof of turn #${turnId} in ${out}. It holds the turn's words.`);
      }),
    );
}

async function turnOf(user: UserMemory, turnId: number): Promise<StoredTurn | undefined> {
  for await (const turn of user.export()) {
    if (turn.turnId === turnId) return turn;
    if (turn.turnId > turnId) return undefined;
  }
  return undefined;
}

function details(
  turn: StoredTurn,
  facts: readonly FactView[],
  head: string | undefined,
  nowMs: number,
): string[] {
  return [
    `said ${new Date(turn.atMs).toISOString()}${turn.session === undefined ? '' : `, in session ${turn.session}`}`,
    ...(turn.id === undefined ? [] : [`imported as ${turn.id}`]),
    ...facts.map((fact) => `fact ${factLine(fact, nowMs)}`),
    ...(head === undefined ? [] : [`proven by head ${head}`]),
  ];
}
