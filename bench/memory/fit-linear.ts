/** One query's candidates: rows of features, and which of them are evidence. */
export interface Group {
  /** `isEvidence.length` rows, one after the other. */
  readonly rows: Float32Array;
  readonly isEvidence: Uint8Array;
}

export type Loss = 'each-against-all' | 'logistic';

export interface FitOptions {
  readonly width: number;
  readonly loss: Loss;
  /** Strength of the pull towards 0 on standardised weights, per group. */
  readonly decay: number;
  readonly maxSteps?: number;
}

/** A fitted linear model: `bias + sum of weights * features`. */
export interface Linear {
  readonly weights: Float64Array;
  readonly bias: number;
}

const history = 10;

/**
 * Fits a linear model by L-BFGS on standardised features.
 * `each-against-all`: every evidence row must win a softmax against all rows that are not evidence (listwise);
 * `logistic`: every row alone is evidence or not.
 */
export function fit(groups: readonly Group[], options: FitOptions): Linear {
  const { width, loss, decay, maxSteps = 80 } = options;
  const { mean, scale } = moments(groups, width);
  const scaled = groups.map(({ rows, isEvidence }) => {
    const copy = new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) copy[i] = (rows[i]! - mean[i % width]!) / scale[i % width]!;
    return { rows: copy, isEvidence };
  });
  const size = width + 1;
  const gradient = new Float64Array(size);
  const evaluate = (at: Float64Array): number => {
    gradient.fill(0);
    let value = 0;
    for (const group of scaled) {
      value +=
        loss === 'logistic'
          ? logistic(group, at, gradient, width)
          : eachAgainstAll(group, at, gradient, width);
    }
    const pull = decay * scaled.length;
    for (let i = 0; i < width; i++) {
      value += 0.5 * pull * at[i]! * at[i]!;
      gradient[i] = gradient[i]! + pull * at[i]!;
    }
    return value;
  };
  const best = minimise(new Float64Array(size), gradient, evaluate, maxSteps);
  const weights = new Float64Array(width);
  let bias = best[width]!;
  for (let i = 0; i < width; i++) {
    weights[i] = best[i]! / scale[i]!;
    bias -= weights[i]! * mean[i]!;
  }
  return { weights, bias };
}

function moments(groups: readonly Group[], width: number): { mean: Float64Array; scale: Float64Array } {
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  let count = 0;
  for (const { rows } of groups) {
    for (let i = 0; i < rows.length; i++) {
      mean[i % width] = mean[i % width]! + rows[i]!;
      square[i % width] = square[i % width]! + rows[i]! ** 2;
    }
    count += rows.length / width;
  }
  const scale = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    mean[i] = mean[i]! / count;
    const deviation = Math.sqrt(Math.max(0, square[i]! / count - mean[i]! ** 2));
    scale[i] = deviation > 1e-6 ? deviation : 1;
  }
  return { mean, scale };
}

export function scoresOf(
  rows: Float32Array,
  weights: ArrayLike<number>,
  bias: number,
  width: number,
): Float64Array {
  const scores = new Float64Array(rows.length / width);
  for (let r = 0, i = 0; r < scores.length; r++) {
    let sum = bias;
    for (let f = 0; f < width; f++) sum += rows[i++]! * weights[f]!;
    scores[r] = sum;
  }
  return scores;
}

function addGradient(rows: Float32Array, parts: Float64Array, gradient: Float64Array, width: number): void {
  for (let r = 0; r < parts.length; r++) {
    const part = parts[r]!;
    if (part === 0) continue;
    const base = r * width;
    for (let f = 0; f < width; f++) gradient[f] = gradient[f]! + part * rows[base + f]!;
  }
}

function eachAgainstAll(
  { rows, isEvidence }: Group,
  at: Float64Array,
  gradient: Float64Array,
  width: number,
): number {
  const scores = scoresOf(rows, at, 0, width);
  const parts = new Float64Array(scores.length);
  const positives = isEvidence.reduce((sum, yes) => sum + yes, 0);
  if (positives === 0) return 0;
  const top = Math.max(...scores);
  let others = 0;
  for (let r = 0; r < scores.length; r++) {
    scores[r] = scores[r]! - top;
    if (isEvidence[r] === 0) others += Math.exp(scores[r]!);
  }
  let value = 0;
  for (let p = 0; p < scores.length; p++) {
    if (isEvidence[p] === 0) continue;
    const own = Math.exp(scores[p]!);
    const sum = own + others;
    value -= (scores[p]! - Math.log(sum)) / positives;
    parts[p] = parts[p]! - (1 - own / sum) / positives;
    for (let r = 0; r < scores.length; r++) {
      if (isEvidence[r] === 0) parts[r] = parts[r]! + Math.exp(scores[r]!) / sum / positives;
    }
  }
  addGradient(rows, parts, gradient, width);
  return value;
}

function logistic(
  { rows, isEvidence }: Group,
  at: Float64Array,
  gradient: Float64Array,
  width: number,
): number {
  const scores = scoresOf(rows, at, at[width]!, width);
  const parts = new Float64Array(scores.length);
  let value = 0;
  for (let r = 0; r < scores.length; r++) {
    const score = scores[r]!;
    const yes = isEvidence[r]!;
    const chance = 1 / (1 + Math.exp(-score));
    value += Math.log1p(Math.exp(-Math.abs(score))) + Math.max(0, yes ? -score : score);
    parts[r] = chance - yes;
    gradient[width] = gradient[width]! + chance - yes;
  }
  addGradient(rows, parts, gradient, width);
  return value;
}

/** L-BFGS with a backtracking line search (Nocedal & Wright, Numerical Optimization, algorithm 7.4). */
function minimise(
  start: Float64Array,
  gradient: Float64Array,
  evaluate: (at: Float64Array) => number,
  maxSteps: number,
): Float64Array {
  let at = start;
  let value = evaluate(at);
  let slope = gradient.slice();
  const moves: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let step = 0; step < maxSteps; step++) {
    const direction = slope.slice();
    const alphas: number[] = [];
    for (const { s, y, rho } of [...moves].reverse()) {
      const alpha = rho * dot(s, direction);
      alphas.push(alpha);
      addScaled(direction, y, -alpha);
    }
    const last = moves.at(-1);
    if (last) {
      const gamma = dot(last.s, last.y) / dot(last.y, last.y);
      for (let i = 0; i < direction.length; i++) direction[i] = direction[i]! * gamma;
    }
    for (const { s, y, rho } of moves) addScaled(direction, s, (alphas.pop() ?? 0) - rho * dot(y, direction));
    const descent = dot(direction, slope);
    if (!(descent > 1e-12)) break;
    let length = last ? 1 : 1 / Math.sqrt(dot(slope, slope));
    let next = at;
    let nextValue = Infinity;
    for (let tries = 0; tries < 20; tries++, length /= 2) {
      next = at.slice();
      addScaled(next, direction, -length);
      nextValue = evaluate(next);
      if (nextValue <= value - 1e-4 * length * descent) break;
    }
    if (!(nextValue < value)) break;
    const s = next.map((x, i) => x - at[i]!);
    const y = gradient.map((g, i) => g - slope[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-12) moves.push({ s, y, rho: 1 / curvature });
    if (moves.length > history) moves.shift();
    const gain = value - nextValue;
    at = next;
    value = nextValue;
    slope = gradient.slice();
    if (gain < 1e-6 * Math.abs(value)) break;
  }
  return at;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(into: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] = into[i]! + factor * from[i]!;
}
