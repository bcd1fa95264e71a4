import { describe, expect, it } from 'vitest';
import { StreamReset } from './stream-reset.js';

describe('StreamReset', () => {
  it('resets after two seconds of silence, and again two seconds later', () => {
    const reset = new StreamReset();
    const at = Array.from({ length: 130 }, (_, i) => (reset.push(0.01, true) ? i + 1 : 0)).filter(Boolean);
    expect(at).toEqual([63, 126]);
  });

  it('waits for five quiet windows in a row', () => {
    const reset = new StreamReset();
    for (let i = 0; i < 100; i++) expect(reset.push(i % 5 === 0 ? 0.5 : 0.01, true)).toBe(false);
  });

  it('never resets while the detector is not quiet', () => {
    const reset = new StreamReset();
    for (let i = 0; i < 200; i++) expect(reset.push(0.01, false)).toBe(false);
  });
});
