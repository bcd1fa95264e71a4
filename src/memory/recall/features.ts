import { cue } from './cues.js';
import { softRanks } from './order.js';
import { dateMatch, type QueryView } from './query-view.js';
import { state, type TurnTable } from './turn-table.js';

/** BM25's constants, as in the postings. */
const k1 = 0.9;
const b = 0.4;
/** Turns on either side that are looked at. */
const reach = 2;
/** What a term that no turn has is worth: it was asked for and is not found. */
const unseenRarity = 6;
/** Terms of a query that are told apart. */
const maxTerms = 32;
/** Stands for a meant speaker's name where others have the number of a query term. */
const speakerTerm = 255;
/** What an average turn's similarity is, for one without a vector. */
const usualMeaning = 0.15;
/** A rank counts 5 / (5 + rank): the first few are set apart from the rest. */
const rankSoftness = 5;
const nothing = new Float32Array(0);

/** Similarities of meaning of turns to the query, -1..1, NaN where a turn has no vector yet. */
export type Similarities = (turnIds: Uint32Array) => Float32Array;

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

/** Room that is used again and again, so that ranking allocates almost nothing. */
export class Workspace {
  /** For each turn its place among those looked at, from 1; 0 means none. */
  placeOf = new Int32Array(1024);
  /** For each term of the table its number in the query, from 1. */
  termOf = new Uint8Array(1024);
  turns = new Uint32Array(0);
  own = new Float32Array(0);
  window = new Float32Array(0);
  masks = new Uint32Array(0);
  inOrder = new Uint8Array(0);
  mentions = new Uint8Array(0);
  frequencies = new Uint8Array(0);
  meaning = new Float32Array(0);
  around = new Float32Array(0);
  places = 0;

  reserve(turns: number, terms: number, candidates: number): void {
    if (this.placeOf.length < turns) this.placeOf = new Int32Array(turns * 2);
    if (this.termOf.length < terms) this.termOf = new Uint8Array(terms * 2);
    const room = candidates * (2 * reach + 1);
    if (this.turns.length >= room) return;
    this.turns = new Uint32Array(room);
    this.own = new Float32Array(room);
    this.window = new Float32Array(room);
    this.masks = new Uint32Array(room);
    this.inOrder = new Uint8Array(room);
    this.mentions = new Uint8Array(room);
    this.frequencies = new Uint8Array(room * maxTerms);
    this.meaning = new Float32Array(room);
    this.around = new Float32Array(room);
  }
}

/** What {@link fillFeatures} is made from. */
export interface FeatureSource {
  readonly table: TurnTable;
  readonly query: QueryView;
  /** How rare a stem is; 0 when no turn has it. */
  readonly rarity: (stem: string) => number;
  /** Turn numbers that the table knows, ascending, each once. */
  readonly candidates: Uint32Array;
  /** Absent when the query or most turns have no vector: the features of meaning are 0 then. */
  readonly similarities?: Similarities;
}

/**
 * Fills one row of features for each candidate.
 * @param rows room for `candidates.length * featureCount` numbers
 * @returns the query's terms in each candidate, a bit each
 */
export function fillFeatures(source: FeatureSource, work: Workspace, rows: Float32Array): Uint32Array {
  const { table, query, rarity, candidates, similarities } = source;
  const count = candidates.length;
  work.reserve(table.size + reach + 1, table.termCount + 1, count);
  const rarities = Float64Array.from(query.stems, rarity);
  let total = 0;
  for (const value of rarities) total += value > 0 ? value : unseenRarity;
  const marked = markTerms(source, work);
  placeTurns(source, work);
  scoreTurns(source, work, rarities);
  const wide = scoreWindows(source, work, rarities);
  if (similarities) compareMeanings(source, work, similarities);
  for (const number of marked) work.termOf[number] = 0;

  const { placeOf, own, window, masks, mentions, inOrder, meaning, around } = work;
  const owns = atPlaces(own, source, work);
  const rankOwn = ranksOf(owns);
  const rankWindow = ranksOf(atPlaces(window, source, work));
  const meanings = similarities ? atPlaces(meaning, source, work) : nothing;
  const arounds = similarities ? atPlaces(around, source, work) : nothing;
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
    const cues = table.cues[id] ?? 0;
    const mask = masks[s] ?? 0;
    found[c] = mask;
    const maskBefore = p >= 0 ? (masks[p] ?? 0) : 0;
    const o = (own[s] ?? 0) / bestOwn;
    const w = (window[s] ?? 0) / bestWindow;
    const before = p >= 0 ? (own[p] ?? 0) / bestOwn : 0;
    const behind = n >= 0 ? (own[n] ?? 0) / bestOwn : 0;
    const speaker = !someone ? 0.5 : query.speakers.has(table.speakers[id] ?? 0) ? 1 : 0;
    const mentioned = mentions[s] ?? 0;
    const asks = has(cues, cue.asksLast);
    const answers = p >= 0 ? has(table.cues[id - 1] ?? 0, cue.asksLast) : 0;
    const length = table.lengths[id] ?? 0;
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
    rows[f++] = query.dates.length > 0 ? dateMatch(query.dates, table.times[id] ?? 0) : 0;
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
    rows[f++] = n >= 0 ? has(table.cues[id + 1] ?? 0, cue.asksLast) : 0;
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
  for (let s = 0; s < work.places; s++) placeOf[work.turns[s] ?? 0] = 0;
  return found;
}

function has(cues: number, bit: number): number {
  return (cues & bit) !== 0 ? 1 : 0;
}

/** Gives the query's terms their numbers. Returns the terms that got one. */
function markTerms({ table, query }: FeatureSource, work: Workspace): number[] {
  const marked: number[] = [];
  const mark = (stem: string, as: number): void => {
    const number = table.termOf(stem);
    if (number === undefined || work.termOf[number] !== 0) return;
    work.termOf[number] = as;
    marked.push(number);
  };
  for (const [i, stem] of query.stems.entries()) mark(stem, i + 1);
  for (const stem of query.speakerStems) mark(stem, speakerTerm);
  return marked;
}

/** Finds places for the candidates and the turns around them. */
function placeTurns({ table, candidates }: FeatureSource, work: Workspace): void {
  work.places = 0;
  for (const id of candidates) {
    for (let turn = Math.max(1, id - reach); turn <= id + reach; turn++) {
      if (work.placeOf[turn] !== 0 || !table.knows(turn)) continue;
      work.turns[work.places++] = turn;
      work.placeOf[turn] = work.places;
    }
  }
}

/** BM25 of each turn that has a place, without speakers' names. */
function scoreTurns({ table }: FeatureSource, work: Workspace, rarities: Float64Array): void {
  const { termOf, frequencies } = work;
  const average = table.averageLength;
  const terms = rarities.length;
  for (let s = 0; s < work.places; s++) {
    const id = work.turns[s] ?? 0;
    const base = s * maxTerms;
    frequencies.fill(0, base, base + terms);
    const start = table.startOf(id);
    const words = table.wordsOf(id);
    const length = table.lengths[id] ?? 0;
    let mask = 0;
    let last = 0;
    let inOrder = 0;
    let mentioned = 0;
    for (let w = start; w < start + length; w++) {
      const term = termOf[words[w] ?? 0] ?? 0;
      if (term === speakerTerm) mentioned = 1;
      else if (term !== 0) {
        frequencies[base + term - 1] = (frequencies[base + term - 1] ?? 0) + 1;
        mask |= 1 << (term - 1);
        if (last !== 0 && (term === last + 1 || term === last + 2)) inOrder++;
      }
      last = term === speakerTerm ? 0 : term;
    }
    let score = 0;
    if (mask !== 0) {
      const norm = k1 * (1 - b + (b * length) / average);
      for (let i = 0; i < terms; i++) {
        const tf = frequencies[base + i] ?? 0;
        if (tf > 0) score += ((rarities[i] ?? 0) * tf * (k1 + 1)) / (tf + norm);
      }
    }
    work.own[s] = score;
    work.masks[s] = mask;
    work.inOrder[s] = inOrder;
    work.mentions[s] = mentioned;
  }
}

/** BM25 of each candidate with the turns around it as one text. Returns the largest. */
function scoreWindows({ table, candidates }: FeatureSource, work: Workspace, rarities: Float64Array): number {
  const { placeOf, frequencies, window } = work;
  const average = table.averageLength * (2 * reach + 1);
  let best = 0;
  for (const id of candidates) {
    let from = id;
    while (from > id - reach && table.follows(from)) from--;
    let to = id;
    while (to < id + reach && table.follows(to + 1)) to++;
    let length = 0;
    for (let turn = from; turn <= to; turn++) length += table.lengths[turn] ?? 0;
    const norm = k1 * (1 - b + (b * length) / average);
    let score = 0;
    for (let i = 0; i < rarities.length; i++) {
      let tf = 0;
      for (let turn = from; turn <= to; turn++)
        tf += frequencies[((placeOf[turn] ?? 1) - 1) * maxTerms + i] ?? 0;
      if (tf > 0) score += ((rarities[i] ?? 0) * tf * (k1 + 1)) / (tf + norm);
    }
    window[(placeOf[id] ?? 1) - 1] = score;
    best = Math.max(best, score);
  }
  return best;
}

/** Cosines of the candidates and their direct neighbours, and the mean of each candidate with its neighbours. */
function compareMeanings(
  { table, candidates }: FeatureSource,
  work: Workspace,
  similarities: Similarities,
): void {
  const { placeOf, meaning, around } = work;
  const asked = new Uint32Array(work.places);
  let count = 0;
  meaning.fill(Number.NaN, 0, work.places);
  for (const id of candidates) {
    for (let turn = id - 1; turn <= id + 1; turn++) {
      const s = (placeOf[turn] ?? 0) - 1;
      if (s < 0 || !Number.isNaN(meaning[s] ?? 0)) continue;
      meaning[s] = usualMeaning;
      asked[count++] = turn;
    }
  }
  const near = asked.subarray(0, count);
  const cosines = similarities(near);
  for (let i = 0; i < count; i++) {
    const cosine = cosines[i] ?? Number.NaN;
    if (!Number.isNaN(cosine)) meaning[(placeOf[near[i] ?? 0] ?? 1) - 1] = cosine;
  }
  for (const id of candidates) {
    const s = (placeOf[id] ?? 1) - 1;
    let sum = meaning[s] ?? 0;
    let count = 1;
    if (table.follows(id)) {
      sum += meaning[(placeOf[id - 1] ?? 1) - 1] ?? 0;
      count++;
    }
    if (table.follows(id + 1)) {
      sum += meaning[(placeOf[id + 1] ?? 1) - 1] ?? 0;
      count++;
    }
    around[s] = sum / count;
  }
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
function atPlaces(scores: Float32Array, { candidates }: FeatureSource, { placeOf }: Workspace): Float32Array {
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
