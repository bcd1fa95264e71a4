import { contextBlock } from './context-block.js';

export interface Packed<T> {
  readonly items: readonly T[];
  readonly block: string;
  readonly tokens: number;
}

/** How many that do not fit are passed over before packing gives up. */
const maxMisses = 16;

/**
 * Takes lines in order as long as the whole block stays within the budget; one that is too long is passed over for a
 * shorter one. The block is counted as a whole, because tokens of parts do not add up.
 */
export function pack<T extends { readonly line: string }>(
  ranked: Iterable<T>,
  budgetTokens: number,
  maxItems: number,
  countTokens: (text: string) => number,
): Packed<T> {
  let packed: Packed<T> = { items: [], block: '', tokens: 0 };
  let misses = 0;
  for (const item of ranked) {
    if (packed.items.length >= maxItems || misses >= maxMisses) break;
    const items = [...packed.items, item];
    const block = contextBlock(items.map(({ line }) => line));
    const tokens = countTokens(block);
    if (tokens <= budgetTokens) packed = { items, block, tokens };
    else misses++;
  }
  return packed;
}
