import { describe, expect, it } from 'vitest';
import { MicrophoneClock } from './microphone-clock.js';

const tone = (samples: number) => new Int16Array(samples).fill(5000);

describe('MicrophoneClock', () => {
  it('delivers silence in real time when nothing plays', () => {
    const mic = new MicrophoneClock();
    expect(mic.chunksDue(1000).length).toBe(1);
    expect(mic.chunksDue(1010).length).toBe(0);
    const later = mic.chunksDue(1100);
    expect(later.length).toBe(5);
    expect(later.every((chunk) => chunk.length === 320 && chunk.every((sample) => sample === 0))).toBe(true);
  });

  it('delivers a recording once and then silence', () => {
    const mic = new MicrophoneClock();
    mic.play(tone(700), () => undefined);
    const samples = mic
      .chunksDue(0)
      .concat(mic.chunksDue(100))
      .flatMap((chunk) => [...chunk]);
    expect(samples.filter((sample) => sample !== 0).length).toBe(700);
  });

  it('tells when the last sound goes out, not when the file ends', () => {
    const mic = new MicrophoneClock();
    const recording = new Int16Array(16_000);
    recording.set(tone(1600));
    let ended = 0;
    mic.play(recording, () => (ended += 1));
    mic.chunksDue(0);
    mic.chunksDue(60);
    expect(ended).toBe(0);
    mic.chunksDue(80);
    expect(ended).toBe(1);
    mic.chunksDue(2000);
    expect(ended).toBe(1);
  });

  it('tells the end of a silent recording too', () => {
    const mic = new MicrophoneClock();
    let ended = 0;
    mic.play(new Int16Array(640), () => (ended += 1));
    mic.chunksDue(0);
    mic.chunksDue(100);
    expect(ended).toBe(1);
  });
});
