/**
 * Trains the weights of the ranking on LoCoMo and writes them to src/memory/recall/ranking-weights.ts.
 *
 *   npx tsx bench/memory/train-ranking.ts --locomo PATH/locomo10.json [--vectors CACHE] [--write]
 *
 * Prints what the features reach when every conversation is ranked by weights that were trained on the nine others.
 * The weights that are written are trained on all ten.
 */
import { writeFileSync } from 'node:fs';

import { featureCount, featureNames } from '../../src/memory/recall/features.js';
import type { RankingModel } from '../../src/memory/recall/ranking.js';
import { logitsOf } from '../../src/memory/recall/ranking.js';
import { fillSecond, secondCount, secondNames } from '../../src/memory/recall/second-look.js';
import type { RankingModels } from '../../src/memory/recall/user-index.js';
import { cachedEmbedder } from './cached-embedder.js';
import { fit, scoresOf, type Group } from './fit-linear.js';
import { examplesOf, type Example } from './locomo-features.js';
import { readLocomo } from './locomo.js';
import { scoreTable } from './recall-scores.js';

/** Pull towards 0; between 1e-4 and 1e-3 nothing changes by more than 0.2 points. */
const decay = 3e-4;

/** Trains one pair of models. Without meaning, the weights of those features are 0. */
export function train(examples: readonly Example[]): RankingModel {
  const first = fit(examples, { width: featureCount, loss: 'each-against-all', decay }).weights;
  const wide = examples.map((example): Group => {
    const logits = scoresOf(example.rows, first, 0, featureCount);
    return {
      rows: fillSecond(example.table, example.candidates, example.rows, logits),
      isEvidence: example.isEvidence,
    };
  });
  const second = fit(wide, { width: secondCount, loss: 'each-against-all', decay }).weights;
  // One slope and bias turn what ranks within a question into a chance that holds across questions.
  const raw = wide.map(({ rows, isEvidence }) => ({
    rows: Float32Array.from(scoresOf(rows, second, 0, secondCount)),
    isEvidence,
  }));
  const level = fit(raw, { width: 1, loss: 'logistic', decay: 0 });
  const slope = level.weights[0] ?? 1;
  const model = { first, second: second.map((weight) => weight * slope), bias: level.bias };
  return { ...model, confidence: calibrate(examples, { ...model, confidence: [0, 1, 0] }) };
}

/** Logistic fit of "evidence is among the first five" on the best logit and its lead over the fifth. */
function calibrate(examples: readonly Example[], model: RankingModel): RankingModel['confidence'] {
  const groups = examples.map((example): Group => {
    const logits = logitsOf(example, model);
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    const sorted = order.map((c) => logits[c]!);
    const top = sorted[0] ?? 0;
    const isFound = order.slice(0, 5).some((c) => example.isEvidence[c] === 1);
    return {
      rows: Float32Array.from([top, top - (sorted[4] ?? top - 6)]),
      isEvidence: Uint8Array.of(isFound ? 1 : 0),
    };
  });
  const { weights, bias } = fit(groups, { width: 2, loss: 'logistic', decay: 1e-4 });
  return [bias, weights[0] ?? 0, weights[1] ?? 0];
}

/** Ten models, each trained on all conversations but one. */
export function trainLeavingOneOut(examples: readonly Example[]): RankingModel[] {
  const conversations = new Set(examples.map(({ conversation }) => conversation));
  return [...conversations].map((left) =>
    train(examples.filter(({ conversation }) => conversation !== left)),
  );
}

/** Ranks every question by the model that has not seen its conversation. */
export function showHeldOut(
  label: string,
  examples: readonly Example[],
  models: readonly RankingModel[],
): void {
  const rankings = examples.map((example) => {
    const logits = logitsOf(example, models[example.conversation]!);
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    return {
      category: example.category,
      evidence: example.evidence,
      ranked: order.map((c) => example.candidates[c]!),
    };
  });
  console.log(scoreTable(label, rankings));
}

function sourceOf(models: RankingModels): string {
  const named = (weights: ArrayLike<number>, names: readonly string[]): string =>
    names.map((name, i) => `    ${(weights[i] ?? 0).toFixed(4)}, // ${name}`).join('\n');
  const one = ({ first, second, bias, confidence }: RankingModel): string => `{
  first: [
${named(first, featureNames)}
  ],
  second: [
${named(second, [...featureNames, ...secondNames])}
  ],
  bias: ${bias.toFixed(4)},
  confidence: [${confidence.map((value) => value.toFixed(4)).join(', ')}],
}`;
  return `import type { RankingModel } from './ranking.js';

/**
 * Weights of the ranking, made by bench/memory/train-ranking.ts on the ten conversations of LoCoMo (Maharana et al.,
 * 2024): a softmax of each evidence turn against all other candidates of its question. Not to be edited.
 */
const byWords: RankingModel = ${one(models.byWords)};

const byMeaning: RankingModel = ${one(models.byMeaning)};

export const rankingModels = { byWords, byMeaning } as const;
`;
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
  const full = await examplesOf(conversations, embedder.embed);
  await embedder.close();
  const words = await examplesOf(conversations);
  if (!process.argv.includes('--no-check')) {
    showHeldOut('words, held out', words, trainLeavingOneOut(words));
    showHeldOut('words and meaning, held out', full, trainLeavingOneOut(full));
  }
  if (!process.argv.includes('--write')) return;
  const target = new URL('../../src/memory/recall/ranking-weights.ts', import.meta.url);
  writeFileSync(target, sourceOf({ byWords: train(words), byMeaning: train(full) }));
}

if (process.argv[1] === import.meta.filename) await main();
