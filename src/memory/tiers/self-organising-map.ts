import { Slices, type SliceOptions } from '../forms/slices.js';

export interface SelfOrganisingMapOptions extends SliceOptions {
  /** @defaultValue 20 */
  readonly columns?: number;
  /** @defaultValue 20 */
  readonly rows?: number;
  /** How often all vectors are shown to the map. @defaultValue 14 */
  readonly epochs?: number;
  /**
   * How far, in cells, a vector draws the map's neighbours along at first; 0 makes the training spherical k-means.
   * @defaultValue half the longer side
   */
  readonly startRadius?: number;
  /**
   * How many of the epochs, at the end, move each cell to its own vectors only. They make clusters nearly as tight as
   * those of k-means, of cells that lie in order. @defaultValue 8
   */
  readonly settlingEpochs?: number;
  /** Vectors that are looked at, spread evenly over all. @defaultValue 5000 */
  readonly sampleSize?: number;
  /** For the cells to begin with, 0..1, 1 excluded. @defaultValue Math.random */
  readonly random?: () => number;
}

export const defaultSelfOrganisingMapOptions = {
  columns: 20,
  rows: 20,
  epochs: 14,
  settlingEpochs: 8,
  sampleSize: 5_000,
} as const satisfies SelfOrganisingMapOptions;

/** In cells: the last radius before the cells settle. */
const endRadius = 0.5;

/**
 * Kohonen's map: a grid of cells, each a direction among the vectors, in which neighbours are alike. Vectors of one cell
 * are a cluster; to look for what is like a vector, the cells nearest to it need to be searched and no others.
 */
export class SelfOrganisingMap {
  /** @param cells unit vectors, row by row */
  constructor(
    readonly columns: number,
    readonly rows: number,
    readonly cells: readonly Float32Array[],
  ) {}

  /** The cell that is most like a vector, 0..cells - 1. */
  cellOf(vector: Float32Array): number {
    return mostLike(this.cells, vector);
  }

  /** The cells most like a vector, the best first. */
  nearest(vector: Float32Array, count: number): number[] {
    const likeness = Float64Array.from(this.cells, (cell) => dot(cell, vector));
    return Array.from(likeness.keys())
      .sort((one, other) => (likeness[other] ?? 0) - (likeness[one] ?? 0) || one - other)
      .slice(0, count);
  }

  /** How far two cells are from each other on the grid. */
  distance(one: number, other: number): number {
    return gridDistance(one, other, this.columns);
  }
}

/**
 * Trains a map in batches: every vector is given to its cell, then each cell becomes the mean of what its neighbourhood
 * was given, and the neighbourhoods shrink. The result depends on the random numbers only. 5,000 vectors of 64 numbers
 * on 400 cells take some seconds, in slices.
 *
 * @param vectors unit vectors, all of one length
 * @throws RangeError without vectors, or for a map without cells
 */
export async function trainMap(
  vectors: readonly Float32Array[],
  options: SelfOrganisingMapOptions = {},
): Promise<SelfOrganisingMap> {
  const { columns, rows, epochs, settlingEpochs, sampleSize } = {
    ...defaultSelfOrganisingMapOptions,
    ...options,
  };
  const { startRadius = Math.max(columns, rows) / 2, random = Math.random } = options;
  const count = columns * rows;
  if (vectors.length === 0 || !(count >= 1)) throw new RangeError('a map needs vectors and cells');
  const slices = new Slices(options);
  const step = Math.max(1, vectors.length / sampleSize);
  const sample = Array.from(
    { length: Math.floor(vectors.length / step) },
    (_, i) => vectors[Math.floor(i * step)] ?? new Float32Array(),
  );
  let cells = Array.from({ length: count }, () =>
    normalised(sample[Math.floor(random() * sample.length)] ?? new Float32Array()),
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    const given = await assign(sample, cells, slices);
    const radius = radiusAt(epoch, epochs - settlingEpochs, startRadius);
    const next: Float32Array[] = [];
    for (const [cell, before] of cells.entries()) {
      next.push(meanAround(cell, before, given, columns, radius));
      await slices.rest();
    }
    cells = next;
  }
  return new SelfOrganisingMap(columns, rows, cells);
}

/** Falls from the first radius to half a cell, and is 0 when the cells settle. */
function radiusAt(epoch: number, orderingEpochs: number, startRadius: number): number {
  if (epoch >= orderingEpochs || startRadius === 0) return 0;
  const progress = orderingEpochs === 1 ? 0 : epoch / (orderingEpochs - 1);
  return startRadius * (endRadius / startRadius) ** progress;
}

interface Given {
  /** The sum of the vectors that a cell was given. */
  readonly sum: Float32Array;
  count: number;
}

async function assign(
  vectors: readonly Float32Array[],
  cells: readonly Float32Array[],
  slices: Slices,
): Promise<Given[]> {
  const given = cells.map(({ length }): Given => ({ sum: new Float32Array(length), count: 0 }));
  for (const vector of vectors) {
    const cell = given[mostLike(cells, vector)];
    if (cell !== undefined) {
      addScaled(cell.sum, vector, 1);
      cell.count++;
    }
    await slices.rest();
  }
  return given;
}

/** What the neighbourhood was given, the near cells counting most; a cell far from all that was given stays. */
function meanAround(
  cell: number,
  before: Float32Array,
  given: readonly Given[],
  columns: number,
  radius: number,
): Float32Array {
  const mean = new Float32Array(before.length);
  for (const [other, { sum, count }] of given.entries()) {
    if (count === 0) continue;
    const distance = gridDistance(cell, other, columns);
    const weight = distance === 0 ? 1 : Math.exp((-distance * distance) / (2 * radius * radius));
    // Beyond three radii a neighbour counts for a hundredth.
    if (distance <= 3 * radius) addScaled(mean, sum, weight);
  }
  return mean.some((value) => value !== 0) ? normalised(mean) : before;
}

function gridDistance(one: number, other: number, columns: number): number {
  const across = (one % columns) - (other % columns);
  const down = Math.floor(one / columns) - Math.floor(other / columns);
  return Math.sqrt(across * across + down * down);
}

function mostLike(cells: readonly Float32Array[], vector: Float32Array): number {
  let best = 0;
  let most = -Infinity;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    const likeness = cell === undefined ? -Infinity : dot(cell, vector);
    if (likeness > most) {
      most = likeness;
      best = i;
    }
  }
  return best;
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector.slice();
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

function addScaled(sum: Float32Array, vector: Float32Array, scale: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + scale * (vector[i] ?? 0);
}
