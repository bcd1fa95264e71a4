import { cue } from './cues.js';
import { softRanks } from '../order.js';
import { dateMatch } from './query-view.js';
import { state } from './turn-table.js';
import type { Similarities, Workspace } from './workspace.js';

/** A rank counts 5 / (5 + rank): the first few are set apart from the rest. */
const rankSoftness = 5;
const nothing = new Float32Array(0);

const wordFeatures = [
  // BM25 of the turn itself and of those around it, as parts of the best turn's; `Abs` in absolute size.
  'own',
  'ownAbs',
  'previous',
  'next',
  'previous2',
  'next2',
  'window',
  'windowAbs',
  'ownWindow',
  'rankOwn',
  'rankWindow',
  // Parts of the query's rarity: in the turn, in it and the one before, in it alone; words in the query's order; names.
  'coverage',
  'joint',
  'unique',
  'inOrder',
  'nameMatch',
  'nameNear',
  // Said by who is meant: 1, by another: 0, nobody meant: a half. `mentions`: the meant one is named.
  'speaker',
  'speakerOwn',
  'speakerWindow',
  'speakerPrevious',
  'otherMentions',
  'mentions',
  // What kind of answer is wanted, and a sign of it in the turn.
  'date',
  'when',
  'howMany',
  'who',
  'where',
  'why',
  'list',
  'feeling',
  'plan',
  'title',
  // The turn's own shape.
  'length',
  'short',
  'asks',
  'asksOwn',
  'asksInside',
  'onlyAsks',
  'firstPerson',
  'secondPerson',
  'picture',
  'time',
  'name',
  'begins',
  'answers',
  'answersOwn',
  'isAnswered',
] as const;

const meaningFeatures = [
  // Cosines of the turn, the turns around it and the mean of the three; `Gap`: how far behind the best candidate.
  'meaning',
  'meaningGap',
  'meaningAround',
  'meaningAroundGap',
  'meaningPrevious',
  'meaningNext',
  'rankMeaning',
  'rankMeaningAround',
  'asksMeaning',
  'answersMeaning',
  'speakerMeaning',
  'ownMeaning',
  'fewWordsMeaning',
] as const;

/** The features of a candidate in the order in which they lie in a row; all are about 0..1 in size. */
export const featureNames = [...wordFeatures, ...meaningFeatures];
export type FeatureName = (typeof featureNames)[number];
export const featureCount = featureNames.length;
/** Features that need no vectors; they come first. */
export const wordFeatureCount = wordFeatures.length;

/**
 * Fills one row of features for each candidate of the question that the workspace has taken up.
 * @param candidates turn numbers that the table knows, ascending, each once
 * @param rows room for `candidates.length * featureCount` numbers
 * @param similarities absent when the query or most turns have no vector: the features of meaning are 0 then
 * @returns the query's terms in each candidate, a bit each
 */
export function fillFeatures(
  work: Workspace,
  candidates: Uint32Array,
  rows: Float32Array,
  similarities?: Similarities,
): Uint32Array {
  const { table, query } = work.asked;
  const count = candidates.length;
  work.look(candidates);
  const wide = work.scoreWindows(candidates);
  if (similarities) work.compareMeanings(candidates, similarities);
  const { rarities, total } = work;
  const { cues: cuesOf, lengths, times, speakers } = table;

  const { placeOf, own, window, masks, mentions, inOrder, meaning, around } = work;
  const owns = atPlaces(own, candidates, work);
  const rankOwn = ranksOf(owns);
  const rankWindow = ranksOf(atPlaces(window, candidates, work));
  const meanings = similarities ? atPlaces(meaning, candidates, work) : nothing;
  const arounds = similarities ? atPlaces(around, candidates, work) : nothing;
  const rankMeaning = ranksOf(meanings);
  const rankAround = ranksOf(arounds);
  const bestMeaning = largest(meanings);
  const bestAround = largest(arounds);
  const bestOwn = Math.max(1e-6, largest(owns));
  const bestWindow = Math.max(1e-6, wide);

  let nameMask = 0;
  for (const [i, stem] of query.stems.entries()) if (query.names.has(stem)) nameMask |= 1 << i;
  const { wanted } = query;
  const someone = query.speakers.size > 0;
  const fewWords = rarities.length <= 2 ? 1 : 0;
  const found = new Uint32Array(count);

  // Written out, because a closure that counts would take longer than all that it writes.
  for (let c = 0; c < count; c++) {
    let f = c * featureCount;
    const id = candidates[c] ?? 0;
    const s = (placeOf[id] ?? 1) - 1;
    const p = table.follows(id) ? (placeOf[id - 1] ?? 0) - 1 : -1;
    const p2 = p >= 0 && table.follows(id - 1) ? (placeOf[id - 2] ?? 0) - 1 : -1;
    const n = table.follows(id + 1) ? (placeOf[id + 1] ?? 0) - 1 : -1;
    const n2 = n >= 0 && table.follows(id + 2) ? (placeOf[id + 2] ?? 0) - 1 : -1;
    const cues = cuesOf[id] ?? 0;
    const mask = masks[s] ?? 0;
    found[c] = mask;
    const maskBefore = p >= 0 ? (masks[p] ?? 0) : 0;
    const o = (own[s] ?? 0) / bestOwn;
    const w = (window[s] ?? 0) / bestWindow;
    const before = p >= 0 ? (own[p] ?? 0) / bestOwn : 0;
    const behind = n >= 0 ? (own[n] ?? 0) / bestOwn : 0;
    const speaker = !someone ? 0.5 : query.speakers.has(speakers[id] ?? 0) ? 1 : 0;
    const mentioned = mentions[s] ?? 0;
    const asks = has(cues, cue.asksLast);
    const answers = p >= 0 ? has(cuesOf[id - 1] ?? 0, cue.asksLast) : 0;
    const length = lengths[id] ?? 0;
    const cover = covered(rarities, total, mask);
    const joint = covered(rarities, total, mask | maskBefore);
    rows[f++] = o;
    rows[f++] = (own[s] ?? 0) / 20;
    rows[f++] = before;
    rows[f++] = behind;
    rows[f++] = p2 >= 0 ? (own[p2] ?? 0) / bestOwn : 0;
    rows[f++] = n2 >= 0 ? (own[n2] ?? 0) / bestOwn : 0;
    rows[f++] = w;
    rows[f++] = (window[s] ?? 0) / 30;
    rows[f++] = o * w;
    rows[f++] = rankOwn[c] ?? 0;
    rows[f++] = rankWindow[c] ?? 0;
    rows[f++] = cover;
    rows[f++] = joint;
    rows[f++] = cover > 0 ? joint - covered(rarities, total, maskBefore) : 0;
    rows[f++] = Math.min(3, inOrder[s] ?? 0) / 3;
    const named = mask & nameMask ? 1 : 0;
    rows[f++] = named;
    const around2 = maskBefore | (n >= 0 ? (masks[n] ?? 0) : 0);
    rows[f++] = named === 0 && (around2 & nameMask) !== 0 ? 1 : 0;
    rows[f++] = speaker;
    rows[f++] = speaker * o;
    rows[f++] = speaker * w;
    rows[f++] = speaker * before;
    rows[f++] = (1 - speaker) * mentioned;
    rows[f++] = mentioned;
    rows[f++] = query.dates.length > 0 ? dateMatch(query.dates, times[id] ?? 0) : 0;
    rows[f++] = wanted === 'when' ? has(cues, cue.time) : 0;
    rows[f++] = wanted === 'how-many' ? has(cues, cue.number) : 0;
    rows[f++] = wanted === 'who' ? has(cues, cue.name) : 0;
    rows[f++] = wanted === 'where' ? Math.max(has(cues, cue.place), has(cues, cue.name) / 2) : 0;
    rows[f++] = wanted === 'why' ? has(cues, cue.reason) : 0;
    rows[f++] = query.wantsList ? has(cues, cue.list) : 0;
    rows[f++] = query.feeling ? has(cues, cue.feeling) : 0;
    rows[f++] = query.plan ? has(cues, cue.plan) : 0;
    rows[f++] = wanted === 'what' ? has(cues, cue.quote) : 0;
    rows[f++] = Math.log1p(length) / 4;
    rows[f++] = length <= 3 ? 1 : 0;
    rows[f++] = asks;
    rows[f++] = asks * o;
    rows[f++] = has(cues, cue.asksInside);
    rows[f++] = table.has(id, state.onlyAsks) ? 1 : 0;
    rows[f++] = has(cues, cue.firstPerson);
    rows[f++] = has(cues, cue.secondPerson);
    rows[f++] = has(cues, cue.picture);
    rows[f++] = has(cues, cue.time);
    rows[f++] = has(cues, cue.name);
    rows[f++] = p < 0 ? 1 : 0;
    rows[f++] = answers;
    rows[f++] = answers * before;
    rows[f++] = n >= 0 ? has(cuesOf[id + 1] ?? 0, cue.asksLast) : 0;
    if (!similarities) {
      rows.fill(0, f, (c + 1) * featureCount);
      continue;
    }
    const m = meanings[c] ?? 0;
    const a = arounds[c] ?? 0;
    rows[f++] = m;
    rows[f++] = m - bestMeaning;
    rows[f++] = a;
    rows[f++] = a - bestAround;
    rows[f++] = p >= 0 ? (meaning[p] ?? 0) : 0;
    rows[f++] = n >= 0 ? (meaning[n] ?? 0) : 0;
    rows[f++] = rankMeaning[c] ?? 0;
    rows[f++] = rankAround[c] ?? 0;
    rows[f++] = asks * m;
    rows[f++] = answers * (p >= 0 ? (meaning[p] ?? 0) : 0);
    rows[f++] = speaker * m;
    rows[f++] = o * m;
    rows[f] = fewWords * m;
  }
  return found;
}

function has(cues: number, bit: number): number {
  return (cues & bit) !== 0 ? 1 : 0;
}

function largest(values: Float32Array): number {
  let best = -Infinity;
  for (const value of values) if (value > best) best = value;
  return values.length === 0 ? 0 : best;
}

/** 5 / (5 + rank) for each score, rank 0 the largest; 0 for a score of 0. */
function ranksOf(scores: Float32Array): Float32Array {
  const ranks = softRanks(scores, rankSoftness);
  for (let i = 0; i < scores.length; i++) if (scores[i] === 0) ranks[i] = 0;
  return ranks;
}

/** What stands at the candidates' places. */
function atPlaces(scores: Float32Array, candidates: Uint32Array, { placeOf }: Workspace): Float32Array {
  const some = new Float32Array(candidates.length);
  for (let c = 0; c < some.length; c++) some[c] = scores[(placeOf[candidates[c] ?? 0] ?? 1) - 1] ?? 0;
  return some;
}

/** The part of all that was asked for, by rarity, that the terms of a mask are. */
function covered(rarities: Float64Array, total: number, mask: number): number {
  if (mask === 0 || total <= 0) return 0;
  let sum = 0;
  for (let i = 0; i < rarities.length; i++) if ((mask & (1 << i)) !== 0) sum += rarities[i] ?? 0;
  return sum / total;
}
