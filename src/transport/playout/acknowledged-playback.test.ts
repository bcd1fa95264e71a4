import { describe, expect, it } from 'vitest';

import { AcknowledgedPlayback } from './acknowledged-playback.js';

describe('AcknowledgedPlayback', () => {
  it('knows nothing before the client has told, and a second after', () => {
    const playback = new AcknowledgedPlayback();
    expect(playback.at(0)).toBeUndefined();
    playback.take(300, 400, 1000);
    expect(playback.at(1000)).toBe(300);
    expect(playback.at(2000)).toBe(300);
    expect(playback.at(2001)).toBeUndefined();
  });

  it('believes nobody to have played what was not sent', () => {
    const playback = new AcknowledgedPlayback();
    playback.take(Number.MAX_VALUE, 400, 0);
    expect(playback.at(0)).toBe(400);
  });

  it('passes over what was on its way when the client was interrupted', () => {
    const playback = new AcknowledgedPlayback();
    playback.take(300, 400, 0);
    playback.reset(400);
    expect(playback.at(0)).toBeUndefined();
    playback.take(380, 400, 10);
    expect(playback.at(10)).toBeUndefined();
    playback.take(420, 500, 20);
    expect(playback.at(20)).toBe(420);
  });
});
