import { compactBlock, compactLine, dayOf } from './compact-block.js';
import { contextBlock } from './context-block.js';

export interface Packed<T> {
  /** In the order in which they were offered. */
  readonly items: readonly T[];
  readonly block: string;
  readonly tokens: number;
}

/** How a block is written: a line with its age each, best first, or grouped by day in the order they were said. */
export type BlockForm = 'lines' | 'compact';

export interface PackOptions {
  readonly budgetTokens: number;
  readonly maxItems: number;
  readonly form: BlockForm;
  readonly countTokens: (text: string) => number;
}

/** What a block needs of an item. */
export interface Packable {
  readonly turnId: number;
  readonly atMs: number;
  readonly line: string;
}

/** How many that do not fit are passed over before packing gives up. */
const maxMisses = 16;
/** Tokens of parts do not add up exactly; after so many corrections what is there is good enough. */
const maxRounds = 4;

/**
 * Takes items in order as long as the whole block stays within the budget; one that is too long is passed over for a
 * shorter one. Parts are counted one by one, and the whole block only to correct the sum.
 */
export function pack<T extends Packable>(ranked: Iterable<T>, options: PackOptions): Packed<T> {
  const { budgetTokens, maxItems, form, countTokens } = options;
  const render =
    form === 'compact' ? compactBlock : (items: readonly T[]) => contextBlock(items.map(({ line }) => line));
  const source = ranked[Symbol.iterator]();
  const days = new Set<string>();
  let items: T[] = [];
  let passedOver: T[] = [];
  let sum = countTokens(`${render([])}${contextBlock(['']).trimEnd()}`);
  let misses = 0;
  const cost = (item: T): number => {
    if (form === 'lines') return countTokens(`\n${item.line}`);
    const day = dayOf(item.atMs);
    return countTokens(`\n${compactLine(item)}`) + (days.has(day) ? 0 : countTokens(`\n${day}`));
  };
  const take = (item: T): boolean => {
    const tokens = cost(item);
    if (sum + tokens > budgetTokens) return false;
    sum += tokens;
    items.push(item);
    days.add(dayOf(item.atMs));
    return true;
  };

  let done = { items: [] as T[], block: '', tokens: 0 };
  for (let round = 0; round < maxRounds; round++) {
    // What did not fit by the sum may fit by the truth.
    const again = passedOver;
    passedOver = [];
    for (const item of again) if (items.length >= maxItems || !take(item)) passedOver.push(item);
    while (items.length < maxItems && misses < maxMisses) {
      const next = source.next();
      if (next.done) break;
      if (!take(next.value)) {
        misses++;
        passedOver.push(next.value);
      }
    }
    if (items.length === done.items.length) break;
    let block = render(items);
    let tokens = countTokens(block);
    while (tokens > budgetTokens && items.length > 0) {
      items = items.slice(0, -1);
      block = render(items);
      tokens = countTokens(block);
    }
    const isMore = items.length > done.items.length;
    if (isMore) done = { items: [...items], block, tokens };
    if (!isMore || tokens >= sum) break;
    sum = tokens;
  }
  return done;
}
