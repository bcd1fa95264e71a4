import { describe, expect, it } from 'vitest';
import { TurnLatencyMeter } from './turn-latency.js';

describe('TurnLatencyMeter', () => {
  it('splits a spoken turn into stages that add up', () => {
    const meter = new TurnLatencyMeter();
    meter.mark('speech-ended', 1000);
    meter.mark('recognition-started', 1200);
    meter.mark('recognised', 1500);
    meter.mark('turn-ended', 1800);
    meter.memory(2);
    meter.mark('first-token', 1900);
    meter.mark('first-token', 1950);
    meter.mark('first-clause', 2000);
    meter.mark('first-audio', 2500);
    expect(meter.mark('speaking', 2501)).toEqual({
      total: 1501,
      endOfTurnWait: 800,
      stt: 300,
      memory: 2,
      llmFirstToken: 98,
      firstClause: 100,
      ttsFirstAudio: 500,
      output: 1,
    });
  });

  it('starts at the end of typing when nothing was spoken', () => {
    const meter = new TurnLatencyMeter();
    meter.mark('turn-ended', 100);
    meter.mark('first-token', 150);
    meter.mark('first-clause', 160);
    meter.mark('first-audio', 400);
    expect(meter.mark('speaking', 400)).toMatchObject({ total: 300, endOfTurnWait: 0, stt: 0, memory: 0 });
  });

  it('reports a turn once', () => {
    const meter = new TurnLatencyMeter();
    for (const mark of ['turn-ended', 'first-token', 'first-clause', 'first-audio', 'speaking'] as const)
      meter.mark(mark, 1);
    expect(meter.mark('speaking', 2)).toBeNull();
  });

  it('says nothing of a turn whose answer never came', () => {
    const meter = new TurnLatencyMeter();
    meter.mark('turn-ended', 1);
    meter.mark('first-token', 2);
    meter.mark('speech-ended', 3);
    meter.mark('turn-ended', 4);
    expect(meter.mark('speaking', 5)).toBeNull();
  });
});
