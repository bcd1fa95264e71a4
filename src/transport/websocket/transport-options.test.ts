import { describe, expect, it } from 'vitest';

import { outputRateFromQuery } from './transport-options.js';

describe('outputRateFromQuery', () => {
  it.each([
    [{ out_rate: '16000' }, 16_000],
    [{ sample_rate: '48000' }, 48_000],
    [{ out_rate: '8000', sample_rate: '16000' }, 8000],
    [{}, undefined],
    [{ out_rate: '0' }, undefined],
    [{ out_rate: '7999' }, undefined],
    [{ out_rate: '48001' }, undefined],
    [{ out_rate: '1e4' }, undefined],
    [{ out_rate: '16000.5' }, undefined],
    [{ out_rate: '-16000' }, undefined],
  ])('%j gives %s', (query, rate) => {
    expect(outputRateFromQuery(query)).toBe(rate);
  });
});
