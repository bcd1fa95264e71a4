import { Slices, type SliceOptions } from '../slices.js';
import type { Topic } from '../types.js';
import { Best } from './best.js';
import { mostLike, normalise, sphericalKMeans } from './spherical-k-means.js';
import { TopicWords } from './topic-words.js';

export interface FindTopicsOptions extends SliceOptions {
  /** Topics at most. @defaultValue the square root of the number of turns, 12 at most */
  readonly count?: number;
  /** Turns, spread evenly over all, that the topics are made of; the others are dealt out to them. @defaultValue 1000 */
  readonly sampleTurns?: number;
}

export const defaultFindTopicsOptions = { sampleTurns: 1000 } as const satisfies FindTopicsOptions;

const mostTopics = 12;
const wordsOfTopic = 4;
const typicalTurns = 20;
/** Of a turn that is not typical of its topic at all, for the words that name it. */
const leastWeight = 0.01;

/** A user's turns that have a vector. */
export interface TopicSource {
  readonly turnIds: readonly number[];
  /** Undefined when it is gone meanwhile. */
  text(turnId: number): string | undefined;
  vector(turnId: number): ArrayLike<number> | undefined;
}

/**
 * What a user talks about: turns that are alike in meaning, named by the words that tell them from the others, the
 * largest topic first. The same turns give the same topics. Vectors are taken from the mean of all, which is what any
 * two turns of a talk have in common.
 */
export async function findTopics(
  source: TopicSource,
  options: FindTopicsOptions = {},
): Promise<readonly Topic[]> {
  const { sampleTurns } = { ...defaultFindTopicsOptions, ...options };
  const { turnIds } = source;
  const { count = Math.min(mostTopics, Math.round(Math.sqrt(turnIds.length))) } = options;
  const slices = new Slices(options);
  const step = Math.max(1, turnIds.length / sampleTurns);
  const sample: Float32Array[] = [];
  for (let i = 0; Math.floor(i) < turnIds.length; i += step) {
    const vector = source.vector(turnIds[Math.floor(i)] ?? 0);
    if (vector) sample.push(normalise(Float32Array.from(vector)));
    await slices.rest();
  }
  if (sample.length === 0) return [];
  const mean = meanOf(sample);
  const middles = await sphericalKMeans(
    sample.map((unit) => apart(unit, mean)),
    count,
    options,
  );

  const typical = middles.map(() => new Best<number>(typicalTurns));
  const sizes = middles.map(() => 0);
  const words = new TopicWords();
  for (const turnId of turnIds) {
    const vector = source.vector(turnId);
    const text = source.text(turnId);
    if (!vector || text === undefined) continue;
    const [cluster, likeness] = mostLike(middles, apart(normalise(Float32Array.from(vector)), mean));
    typical[cluster]?.offer(turnId, likeness);
    sizes[cluster] = (sizes[cluster] ?? 0) + 1;
    words.add(cluster, text, Math.max(leastWeight, likeness));
    await slices.rest();
  }
  const names = await words.best(wordsOfTopic, slices);
  return typical
    .map(({ items }, i) => ({ words: names.get(i) ?? [], turns: sizes[i] ?? 0, turnIds: items }))
    .filter(({ turns }) => turns > 0)
    .sort((a, b) => b.turns - a.turns || (a.turnIds[0] ?? 0) - (b.turnIds[0] ?? 0));
}

function meanOf(units: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(units[0]?.length ?? 0);
  // Of a single vector nothing would be left.
  if (units.length < 2) return mean;
  for (const unit of units)
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (unit[i] ?? 0) / units.length;
  return mean;
}

function apart(unit: Float32Array, mean: Float32Array): Float32Array {
  return normalise(unit.map((value, i) => value - (mean[i] ?? 0)));
}
