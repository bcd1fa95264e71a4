import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openMemory } from '../../src/memory/memory.js';
import { readLocomo } from './locomo.js';

export interface LocomoScores {
  readonly questions: number;
  /** Mean part of a question's evidence turns among the first 5 and 10, in percent. */
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** Mean of 1 / rank of the first evidence turn (0 beyond 10), in percent. */
  readonly mrr: number;
  /** Mean part of evidence turns inside a block of 1024 tokens and at most 8 items, tokens counted as bytes / 4. */
  readonly inBlock: number;
  readonly recallMs: readonly number[];
}

/** Turn-level recall on LoCoMo, through the memory's door: every conversation is one user, both people are users. */
export async function locomoRecall(path: string): Promise<LocomoScores> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slowcat-locomo-'));
  const memory = await openMemory({ dataDir, countTokens: (text) => Math.ceil(Buffer.byteLength(text) / 4) });
  const sums = { recallAt5: 0, recallAt10: 0, mrr: 0, inBlock: 0 };
  const recallMs: number[] = [];
  let questions = 0;
  try {
    for (const [i, conversation] of (await readLocomo(path)).entries()) {
      const user = memory.user(`conversation-${i}`);
      const stored = await Promise.all(
        conversation.turns.map(({ id: _, ...turn }) => user.remember({ role: 'user', ...turn })),
      );
      const idOf = new Map(
        stored.flatMap((turn, at) => (turn.stored ? [[turn.turnId, conversation.turns[at]?.id]] : [])),
      );
      await user.warmUp();
      for (const { question, evidence } of conversation.questions) {
        const wide = await user.recall(question, { maxItems: 10, budgetTokens: 1e9, deadlineMs: 1e9 });
        const block = await user.recall(question, { deadlineMs: 1e9 });
        recallMs.push(block.tookMs);
        const ranked = wide.items.map(({ turnId }) => idOf.get(turnId) ?? '');
        const partOf = (ids: readonly string[]): number =>
          evidence.filter((id) => ids.includes(id)).length / evidence.length;
        const first = ranked.findIndex((id) => evidence.includes(id));
        sums.recallAt5 += partOf(ranked.slice(0, 5));
        sums.recallAt10 += partOf(ranked);
        sums.mrr += first < 0 ? 0 : 1 / (first + 1);
        sums.inBlock += partOf(block.items.map(({ turnId }) => idOf.get(turnId) ?? ''));
        questions++;
      }
    }
  } finally {
    await memory.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  const percent = (sum: number): number => (100 * sum) / questions;
  return {
    questions,
    recallAt5: percent(sums.recallAt5),
    recallAt10: percent(sums.recallAt10),
    mrr: percent(sums.mrr),
    inBlock: percent(sums.inBlock),
    recallMs,
  };
}
