import type { RecallReasons } from '../types.js';
import type { Matches } from './postings.js';
import { contentWords } from './words.js';

/** What a query looks for: stems and how much each counts. */
export interface QueryTerms {
  readonly weights: ReadonlyMap<string, number>;
}

export interface Candidate {
  readonly turnId: number;
  readonly score: number;
  readonly why: RecallReasons;
}

/** What ranking knows of a turn beside its words. */
export interface TurnFeatures {
  atMs(turnId: number): number;
  isAssistant(turnId: number): boolean;
  isQuestion(turnId: number): boolean;
  isSuperseded(turnId: number): boolean;
}

/** The assistant mostly echoes; what the person said is the source. */
const assistantFactor = 0.75;
/** A turn that only asks holds no answer. */
const questionFactor = 0.35;
const recencyGain = 0.15;
const recencyDays = 7;
/** A name in the query says what it is about. */
const queryNameWeight = 1.3;
/** Of two turns that match the same words the newer counts, unless the older is so much better. */
const rivalRatio = 0.6;
/** Matching the same words means the same subject only if these words are most of what was asked for. */
const rivalCoverage = 0.6;

const dayMs = 86_400_000;

export function queryTerms(query: string): QueryTerms {
  const weights = new Map<string, number>();
  for (const word of contentWords(query)) {
    weights.set(word.stem, Math.max(weights.get(word.stem) ?? 0, word.isName ? queryNameWeight : 1));
  }
  return { weights };
}

/** Puts matches into order: BM25 times what the conversation says about each, newest first among rivals. Pure. */
export function rank(
  matches: Matches,
  rarities: readonly number[],
  limit: number,
  nowMs: number,
  features: TurnFeatures,
): Candidate[] {
  const masks = new Map<number, number>();
  const best: Candidate[] = [];
  let threshold = 0;
  for (let i = 0; i < matches.docs.length; i++) {
    const turnId = matches.docs[i] ?? 0;
    const bm25 = matches.scores[i] ?? 0;
    // Most matches are far from the best; they are not worth a look at their features.
    if (bm25 * (1 + recencyGain) < threshold || features.isSuperseded(turnId)) continue;
    const why = {
      bm25,
      recency: recencyFactor(features.atMs(turnId), nowMs),
      role: features.isAssistant(turnId) ? assistantFactor : 1,
      question: features.isQuestion(turnId) ? questionFactor : 1,
    };
    const score = why.bm25 * why.recency * why.role * why.question;
    if (score < threshold) continue;
    best.push({ turnId, score, why });
    masks.set(turnId, matches.masks[i] ?? 0);
    if (best.length >= 4 * limit) {
      best.sort(byScore).length = limit;
      threshold = best.at(-1)?.score ?? 0;
    }
  }
  best.sort(byScore);
  best.length = Math.min(best.length, limit);
  return newestRivalsFirst(best, (turnId) => masks.get(turnId) ?? 0, rarities, features);
}

function recencyFactor(atMs: number, nowMs: number): number {
  return 1 + recencyGain * Math.exp(-Math.max(0, nowMs - atMs) / (recencyDays * dayMs));
}

function byScore(a: Candidate, b: Candidate): number {
  return b.score - a.score || b.turnId - a.turnId;
}

/**
 * "My dog's name is Max" and later "My dog's name is now Potola" match the same words of the question; the length of
 * a sentence must not decide which one is believed.
 */
function newestRivalsFirst(
  ranked: readonly Candidate[],
  maskOf: (turnId: number) => number,
  rarities: readonly number[],
  features: TurnFeatures,
): Candidate[] {
  const total = rarities.reduce((sum, rarity) => sum + rarity, 0);
  const isBroad = (mask: number): boolean =>
    rarities.reduce((sum, rarity, bit) => sum + (mask & (1 << bit) ? rarity : 0), 0) >= rivalCoverage * total;
  const kindOf = ({ turnId }: Candidate): string =>
    `${maskOf(turnId)} ${features.isQuestion(turnId)} ${features.isAssistant(turnId)}`;
  const order = [...ranked];
  for (let i = 0; i < order.length; i++) {
    const first = order[i];
    if (!first || !isBroad(maskOf(first.turnId))) continue;
    let newest = i;
    for (let j = i + 1; j < order.length; j++) {
      const [rival, champion] = [order[j], order[newest]];
      if (!rival || !champion || rival.score < rivalRatio * first.score) break;
      if (kindOf(rival) === kindOf(first) && isNewer(rival.turnId, champion.turnId, features)) newest = j;
    }
    const [champion] = order.splice(newest, 1);
    if (champion) order.splice(i, 0, champion);
  }
  return order;
}

function isNewer(a: number, b: number, features: TurnFeatures): boolean {
  const lead = features.atMs(a) - features.atMs(b);
  return lead > 0 || (lead === 0 && a > b);
}
