/**
 * Turn-level recall on LoCoMo through the memory's door: every conversation is one user, both people are users, and is
 * ranked by weights that were trained on the nine others.
 *
 *   npx tsx bench/memory/locomo-recall.ts --locomo PATH/locomo10.json [--vectors CACHE] [--words | --meaning]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

import { openMemory, type RecallOptions } from '../../src/memory/memory.js';
import type { Embed } from '../../src/memory/options.js';
import type { RankingModels } from '../../src/memory/recall/user-index.js';
import { cachedEmbedder } from './cached-embedder.js';
import { examplesOf } from './locomo-features.js';
import { readLocomo, type LocomoConversation } from './locomo.js';
import { scoresOfAll, scoreTable, type Ranking } from './recall-scores.js';
import { trainLeavingOneOut } from './train-ranking.js';

export const budgets = [512, 1024, 2048] as const;

export interface LocomoScores {
  readonly rankings: readonly Ranking[];
  /** Mean part of the evidence inside a compact block of 512, 1024 and 2048 o200k tokens, in percent. */
  readonly inBlock: readonly number[];
  /** The same for lines with their ages, as voice has them, 1024 tokens and at most 8 items. */
  readonly inLines: number;
  readonly recallMs: readonly number[];
}

export interface LocomoExtent {
  /** Tokens of the blocks that are packed. */
  readonly budgets: readonly number[];
  /** Asks as voice does as well. */
  readonly lines: boolean;
}

/** @param models one for each conversation, or one for all */
export async function locomoRecall(
  conversations: readonly LocomoConversation[],
  models: readonly RankingModels[],
  embed?: Embed,
  what: LocomoExtent = { budgets, lines: true },
): Promise<LocomoScores> {
  const rankings: Ranking[] = [];
  const inBlock = what.budgets.map(() => 0);
  let inLines = 0;
  const recallMs: number[] = [];
  for (const [i, { turns, questions }] of conversations.entries()) {
    const dataDir = await mkdtemp(join(tmpdir(), 'slowcat-locomo-'));
    const ranking = models[i] ?? models[0];
    const memory = await openMemory({
      dataDir,
      countTokens: (text) => countTokens(text),
      ...(ranking === undefined ? {} : { ranking }),
      ...(embed === undefined ? {} : { embed }),
    });
    try {
      const user = memory.user('locomo');
      const stored = await Promise.all(
        turns.map(({ id: _, ...turn }) => user.remember({ role: 'user', ...turn })),
      );
      const idOf = new Map(
        stored.flatMap((turn, at) => (turn.stored ? [[turn.turnId, turns[at]?.id ?? '']] : [])),
      );
      await user.warmUp();
      const atMs = turns.at(-1)?.atMs ?? 0;
      for (const { question, category, evidence: ids } of questions) {
        const evidence = new Set(ids);
        const find = async (options: RecallOptions): Promise<string[]> => {
          const { items, tookMs } = await user.recall(question, { deadlineMs: 60_000, atMs, ...options });
          recallMs.push(tookMs);
          return items.map(({ turnId }) => idOf.get(turnId) ?? '');
        };
        const partOf = (found: readonly string[]): number =>
          (100 * found.filter((id) => evidence.has(id)).length) / evidence.size;
        rankings.push({
          category,
          evidence,
          ranked: await find({ depth: 'deep', maxItems: 50, budgetTokens: Infinity }),
        });
        for (const [b, budgetTokens] of what.budgets.entries()) {
          inBlock[b] =
            inBlock[b]! + partOf(await find({ depth: 'deep', form: 'compact', maxItems: 200, budgetTokens }));
        }
        if (what.lines) inLines += partOf(await find({}));
      }
    } finally {
      await memory.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  }
  const mean = (sum: number): number => sum / Math.max(1, rankings.length);
  return { rankings, inBlock: inBlock.map(mean), inLines: mean(inLines), recallMs };
}

/** Models for each conversation, trained without it. */
export async function heldOutModels(
  conversations: readonly LocomoConversation[],
  embed?: Embed,
): Promise<RankingModels[]> {
  const models = trainLeavingOneOut(await examplesOf(conversations, embed));
  return models.map((model) => ({ byWords: model, byMeaning: model }));
}

/** What the memory benchmark says in one line. */
export function locomoLine({ rankings, inBlock, inLines }: LocomoScores): string {
  const { questions, recall, mrr } = scoresOfAll(rankings);
  const blocks = budgets.map((budget, i) => `${budget}: ${inBlock[i]!.toFixed(1)} %`).join(', ');
  return (
    `${questions} questions, R@5 ${recall[0]!.toFixed(1)} %, R@10 ${recall[1]!.toFixed(1)} %, MRR ${mrr.toFixed(1)} %; ` +
    `evidence inside a block of tokens (o200k) ${blocks}; in 1024 and 8 lines ${inLines.toFixed(1)} %`
  );
}

async function main(): Promise<void> {
  const value = (name: string): string | undefined => {
    const at = process.argv.indexOf(name);
    return at >= 0 ? process.argv[at + 1] : undefined;
  };
  const path = value('--locomo') ?? process.env['SLOWCAT_LOCOMO'];
  if (path === undefined) throw new Error('Name locomo10.json with --locomo or SLOWCAT_LOCOMO.');
  const conversations = await readLocomo(path);
  const embedder = cachedEmbedder(value('--vectors'));
  const kinds = process.argv.includes('--words')
    ? [undefined]
    : process.argv.includes('--meaning')
      ? [embedder.embed]
      : [embedder.embed, undefined];
  console.log('LoCoMo, turn level; each conversation by weights trained on the nine others');
  for (const embed of kinds) {
    const scores = await locomoRecall(conversations, await heldOutModels(conversations, embed), embed);
    console.log(scoreTable(embed ? 'words and meaning' : 'words alone', scores.rankings));
    console.log(`  ${locomoLine(scores)}`);
  }
  await embedder.close();
}

if (process.argv[1] === import.meta.filename) await main();
