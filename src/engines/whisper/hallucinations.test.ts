import { describe, expect, it } from 'vitest';
import { defaultSpeechThresholds, isBelievable, loudestDbfs, stripDescriptions } from './hallucinations.js';

describe('stripDescriptions', () => {
  it.each([
    ['[BLANK_AUDIO]', ''],
    [' (upbeat music)', ''],
    ['*coughs*', ''],
    ['♪ la la ♪', ''],
    ['>> [MUSIC PLAYING', ''],
    [' . . . .', ''],
    ['"', ''],
    ['[BLANK_AUDIO] Hello there. (music)', 'Hello there.'],
    ['4) Queen of clubs', '4) Queen of clubs'],
    ['Two * three', 'Two * three'],
    [" What's my dog's name?", "What's my dog's name?"],
  ])('of %j leaves %j', (text, spoken) => {
    expect(stripDescriptions(text)).toBe(spoken);
  });
});

describe('isBelievable', () => {
  const believes = (text: string, confidence: number): boolean =>
    isBelievable(text, confidence, defaultSpeechThresholds);

  it('believes ordinary words unless the model itself hardly does', () => {
    expect(believes('Let me show you', 0.31)).toBe(true);
    expect(believes('Let me show you', 0.29)).toBe(false);
  });

  it('doubts what models say on noise, and believes it of a person who says it clearly', () => {
    expect(believes('Thank you.', 0.45)).toBe(false);
    expect(believes('Thank you.', 0.9)).toBe(true);
    expect(believes('You', 0.5)).toBe(false);
  });
});

describe('loudestDbfs', () => {
  it('is the level of the loudest 30 ms, however much silence there is around', () => {
    const pcm = new Float32Array(16_000);
    pcm.fill(0.1, 4800, 4800 + 480);
    expect(loudestDbfs(pcm)).toBeCloseTo(-20, 5);
  });

  it('is -Infinity for digital silence and for nothing', () => {
    expect(loudestDbfs(new Float32Array(1000))).toBe(-Infinity);
    expect(loudestDbfs(new Float32Array(0))).toBe(-Infinity);
  });
});
