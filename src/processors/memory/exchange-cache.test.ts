import { describe, expect, it } from 'vitest';
import { ExchangeCache } from './exchange-cache.js';

describe('ExchangeCache', () => {
  it('holds the turns of so many exchanges, and counts what is found there', () => {
    const cache = new ExchangeCache(2);
    for (let turnId = 1; turnId <= 6; turnId++) cache.add('anna', turnId);
    expect(cache.size).toBe(4);
    cache.use('anna', 3);
    cache.use('anna', 2);
    expect([cache.hits, cache.misses]).toEqual([1, 1]);
  });

  it('keeps what is used and drops what is not', () => {
    const cache = new ExchangeCache(1);
    cache.add('anna', 1);
    cache.add('anna', 2);
    cache.use('anna', 1);
    cache.add('anna', 3);
    cache.use('anna', 1);
    cache.use('anna', 2);
    expect([cache.hits, cache.misses]).toEqual([2, 1]);
  });

  it('never takes the turn of one user for that of another', () => {
    const cache = new ExchangeCache(20);
    cache.add('anna', 1);
    cache.use('ben', 1);
    expect([cache.hits, cache.misses]).toEqual([0, 1]);
  });
});
