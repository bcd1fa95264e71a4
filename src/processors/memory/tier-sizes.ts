export interface TierSizes {
  readonly hot: number;
  readonly warm: number;
  readonly cold: number;
}

/**
 * How many of a user's turns lie in which tier: hot holds up to `hotSize`; one more, and the oldest half of a full hot
 * tier moves to warm; what is beyond `warmSize` is cold. With 100 and 1000 these are the document's numbers.
 */
export function tierSizes(turns: number, hotSize: number, warmSize: number): TierSizes {
  const moved = Math.max(1, Math.floor(hotSize / 2));
  const moves = turns <= hotSize ? 0 : Math.ceil((turns - hotSize) / moved);
  const hot = Math.max(0, turns - moves * moved);
  const warm = Math.min(warmSize, turns - hot);
  return { hot, warm, cold: turns - hot - warm };
}
