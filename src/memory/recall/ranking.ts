import type { RecallReasons } from '../types.js';
import { featureCount, featureNames, type FeatureName } from './features.js';
import { orderOf } from '../order.js';
import type { QueryView } from './query-view.js';
import { cue } from './cues.js';
import { secondCount, secondLook } from './second-look.js';
import { state, type TurnTable } from './turn-table.js';

export interface Candidate {
  readonly turnId: number;
  /** The chance that the turn holds what is asked for, 0..1, as the model sees it. */
  readonly score: number;
  readonly why: RecallReasons;
}

/** Of two that fit equally the fresher one is meant more often. */
const recencyGain = 0.15;
const recencyDays = 7;
/** The assistant mostly echoes; what the person said is the source. As logit, when nobody in particular is meant. */
const assistantLogit = -0.3;
/** A turn that only asks what is asked now answers nothing: an earlier asking, or the assistant's asking back. */
const askedBeforeLogit = -2.5;
/** Of two turns that match the same words the newer counts, unless the older is so much better, as logit. */
const rivalLogit = 1;
/** The same where they match all that was asked for: no other subject can be meant. */
const fullRivalLogit = 2.5;
/** Matching the same words means the same subject only if these words are most of what was asked for. */
const rivalCoverage = 0.7;

const dayMs = 86_400_000;
const placeOf = (name: FeatureName): number => featureNames.indexOf(name);
/** Places in a row of what is told as a reason. */
const at = {
  ownAbs: placeOf('ownAbs'),
  window: placeOf('window'),
  speaker: placeOf('speaker'),
  meaning: placeOf('meaning'),
};

/**
 * Two linear models, one behind the other: the second sees the first one's logits of the turns around as well.
 * Weights lie in the order of `featureNames`, in the second with `secondNames` behind them. The second's result is the
 * logit of the chance that a turn holds what is asked for.
 */
export interface RankingModel {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly bias: number;
  /** The chance that the first five hold it: logit of bias, best logit, its lead over the fifth. */
  readonly confidence: readonly [bias: number, best: number, lead: number];
}

export interface RankSource {
  readonly table: TurnTable;
  readonly query: QueryView;
  readonly rarity: (stem: string) => number;
  readonly candidates: Uint32Array;
  readonly rows: Float32Array;
  /** The query's terms in each candidate, a bit each. */
  readonly masks: Uint32Array;
  readonly model: RankingModel;
  readonly nowMs: number;
}

export interface Ranking {
  readonly best: readonly Candidate[];
  /** The chance that the first five hold what is asked for. */
  readonly confidence: number;
}

interface Weights {
  readonly first: Float64Array;
  readonly second: Float64Array;
}
const weights = new WeakMap<RankingModel, Weights>();

/** A model's weights as they are read fastest, copied once. */
function weightsOf(model: RankingModel): Weights {
  let known = weights.get(model);
  if (!known) {
    known = { first: Float64Array.from(model.first), second: Float64Array.from(model.second) };
    weights.set(model, known);
  }
  return known;
}

/** Logits of the second model, one for each candidate. */
export function logitsOf(
  { table, candidates, rows }: Pick<RankSource, 'table' | 'candidates' | 'rows'>,
  model: RankingModel,
): Float64Array {
  const count = candidates.length;
  const firstLogits = new Float64Array(count);
  const logits = new Float64Array(count);
  const { first, second } = weightsOf(model);
  // Both models weigh the same row, so that it is read once.
  for (let c = 0, i = 0; c < count; c++) {
    let one = 0;
    let other = model.bias;
    for (let f = 0; f < featureCount; f++, i++) {
      const value = rows[i] ?? 0;
      one += (first[f] ?? 0) * value;
      other += (second[f] ?? 0) * value;
    }
    firstLogits[c] = one;
    logits[c] = other;
  }
  const added = secondLook(table, candidates, firstLogits);
  for (let c = 0, i = 0; c < count; c++) {
    let sum = logits[c] ?? 0;
    for (let f = featureCount; f < secondCount; f++) sum += (second[f] ?? 0) * (added[i++] ?? 0);
    logits[c] = sum;
  }
  return logits;
}

/** The best candidates, best first, newest first among rivals. Pure. */
export function rank(source: RankSource, limit: number): Ranking {
  const { table, candidates, rows, masks, model, nowMs } = source;
  const isBroad = broadness(source);
  const logits = logitsOf(source, model);
  for (let c = 0; c < candidates.length; c++) {
    logits[c] = (logits[c] ?? 0) + knownBeforehand(candidates[c] ?? 0, isBroad(masks[c] ?? 0), source);
  }
  const order = orderOf(logits, new Uint32Array(candidates.length));
  const places = [...order.subarray(0, limit)];
  // A turn that is moved takes the score of its new place, so that the list stays sorted by score.
  const best = newestRivalsFirst(places, logits, isBroad, source).map((c, place): Candidate => {
    const turnId = candidates[c] ?? 0;
    const row = c * featureCount;
    return {
      turnId,
      score: chance(logits[places[place] ?? 0] ?? 0),
      why: {
        bm25: 20 * (rows[row + at.ownAbs] ?? 0),
        recency: recency(table.times[turnId] ?? 0, nowMs),
        role: table.has(turnId, state.assistant) ? 0 : 1,
        question: table.has(turnId, state.onlyAsks) ? 0 : 1,
        context: rows[row + at.window] ?? 0,
        speaker: rows[row + at.speaker] ?? 0,
        meaning: rows[row + at.meaning] ?? 0,
      },
    };
  });
  return {
    best,
    confidence: confidenceOf(
      places.map((c) => logits[c] ?? 0),
      model,
    ),
  };
}

/**
 * What the training talk, between two people and without an assistant, cannot teach: as logit.
 * @param isBroad the turn has most of the words that are asked for
 */
function knownBeforehand(turnId: number, isBroad: boolean, { table, query, nowMs }: RankSource): number {
  const isEcho = query.speakers.size === 0 && isPlainAssistant(table, turnId);
  const isAskedBack = isPlainAssistant(table, turnId) && ((table.cues[turnId] ?? 0) & cue.asksLast) !== 0;
  const isAskedBefore = isBroad && table.has(turnId, state.onlyAsks);
  return (
    Math.log(recency(table.times[turnId] ?? 0, nowMs)) +
    (isEcho ? assistantLogit : 0) +
    (isAskedBack || isAskedBefore ? askedBeforeLogit : 0)
  );
}

function confidenceOf(sorted: readonly number[], { confidence: [bias, best, lead] }: RankingModel): number {
  const top = sorted[0];
  if (top === undefined) return 0;
  return chance(bias + best * top + lead * (top - (sorted[4] ?? top - 6)));
}

function chance(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function isPlainAssistant(table: TurnTable, turnId: number): boolean {
  const speaker = table.speakerList[table.speakers[turnId] ?? 0];
  return speaker?.role === 'assistant' && speaker.name === undefined;
}

function recency(atMs: number, nowMs: number): number {
  return 1 + recencyGain * Math.exp(-Math.max(0, nowMs - atMs) / (recencyDays * dayMs));
}

/**
 * "My dog's name is Max" and later "My dog's name is now Potola" match the same words of the question; the length of
 * a sentence must not decide which one is believed.
 */
function newestRivalsFirst(
  sorted: readonly number[],
  logits: Float64Array,
  isBroad: (mask: number) => boolean,
  source: RankSource,
): number[] {
  const order = [...sorted];
  const { table, query, candidates, masks } = source;
  const full = query.stems.reduce((mask, _, bit) => (mask | (1 << bit)) >>> 0, 0);
  const kindOf = (c: number): number =>
    (table.states[candidates[c] ?? 0] ?? 0) & (state.onlyAsks | state.assistant);
  const speakerOf = (c: number): number => table.speakers[candidates[c] ?? 0] ?? 0;
  for (let i = 0; i < order.length; i++) {
    const first = order[i] ?? 0;
    if (!isBroad(masks[first] ?? 0)) continue;
    const lead = masks[first] === full ? fullRivalLogit : rivalLogit;
    let newest = i;
    for (let j = i + 1; j < order.length; j++) {
      const rival = order[j] ?? 0;
      if ((logits[rival] ?? 0) < (logits[first] ?? 0) - lead) break;
      const isRival =
        masks[rival] === masks[first] &&
        kindOf(rival) === kindOf(first) &&
        speakerOf(rival) === speakerOf(first);
      if (isRival && isNewer(candidates[rival] ?? 0, candidates[order[newest] ?? 0] ?? 0, table)) newest = j;
    }
    const [champion] = order.splice(newest, 1);
    if (champion !== undefined) order.splice(i, 0, champion);
  }
  return order;
}

/** Tells of a set of query terms whether they are most of what was asked for. */
function broadness({ query, rarity }: RankSource): (mask: number) => boolean {
  const rarities = query.stems.map(rarity);
  const wanted = rivalCoverage * rarities.reduce((sum, value) => sum + value, 0);
  return (mask) => {
    let sum = 0;
    for (let bit = 0; mask !== 0 && bit < rarities.length; bit++)
      if ((mask & (1 << bit)) !== 0) sum += rarities[bit] ?? 0;
    return mask !== 0 && sum >= wanted;
  };
}

function isNewer(a: number, b: number, table: TurnTable): boolean {
  const lead = (table.times[a] ?? 0) - (table.times[b] ?? 0);
  return lead > 0 || (lead === 0 && a > b);
}
