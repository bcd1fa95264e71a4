const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);
const places = 65_536;
let keys = new Float64Array(1024);

/**
 * The places of scores, the largest first, of equals the later one first. Compares scores as 32-bit floats, in keys
 * that the engine sorts without calling back: a tenth of the time that a comparison function takes.
 * @param scores at most 65,536
 * @param order room for as many places
 */
export function orderOf(scores: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const count = scores.length;
  if (keys.length < count) keys = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    // Without -0, which would stand apart from 0.
    float[0] = (scores[i] ?? 0) + 0;
    const word = bits[0] ?? 0;
    const ascending = word >>> 31 === 0 ? (word | 0x8000_0000) >>> 0 : ~word >>> 0;
    keys[i] = ascending * places + i;
  }
  keys.subarray(0, count).sort();
  for (let rank = 0; rank < count; rank++) order[rank] = (keys[count - 1 - rank] ?? 0) % places;
  return order;
}

/** `softness / (softness + rank)` for each score, rank 0 the largest. */
export function softRanks(scores: ArrayLike<number>, softness: number): Float32Array {
  const order = orderOf(scores, new Uint32Array(scores.length));
  const ranks = new Float32Array(scores.length);
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank] ?? 0] = softness / (rank + softness);
  return ranks;
}
