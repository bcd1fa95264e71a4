import { describe, expect, it } from 'vitest';
import { speechToTextConformance } from '../engines/conformance/speech-to-text.js';
import { FakeSpeechToText } from './fake-speech-to-text.js';

const low = new Float32Array(1600).fill(0.1);
const high = new Float32Array(1600).fill(0.5);

speechToTextConformance(
  'FakeSpeechToText',
  () => new FakeSpeechToText({ hears: (pcm) => ((pcm[0] ?? 0) > 0.3 ? 'Up high.' : 'Down low.') }),
  () => ({ one: { pcm16k: low, word: 'low' }, other: { pcm16k: high, word: 'high' } }),
);

describe('FakeSpeechToText', () => {
  it('hears a list in order, and nothing after its end', async () => {
    const fake = new FakeSpeechToText({ hears: ['One.', { text: 'Two?', confidence: 0.4 }] });
    expect(await fake.transcribe(low)).toEqual({ text: 'One.', confidence: 1 });
    expect(await fake.transcribe(low, { prompt: 'Ilse' })).toEqual({ text: 'Two?', confidence: 0.4 });
    expect(await fake.transcribe(low)).toEqual({ text: '', confidence: 0 });
    expect(fake.calls[1]).toEqual({ samples: 1600, prompt: 'Ilse' });
  });

  it('rejects with an error of the script and goes on', async () => {
    const fake = new FakeSpeechToText({ hears: [new Error('deaf'), 'Again.'] });
    await expect(fake.transcribe(low)).rejects.toThrow('deaf');
    expect((await fake.transcribe(low)).text).toBe('Again.');
  });

  it('answers one call after another, each after its wait', async () => {
    const gates: (() => void)[] = [];
    const fake = new FakeSpeechToText({
      hears: ['One.', 'Two.'],
      beforeAnswer: () => new Promise((open) => void gates.push(open)),
    });
    const order: string[] = [];
    const both = [fake.transcribe(low), fake.transcribe(low)].map(async (call) =>
      order.push((await call).text),
    );
    await new Promise(setImmediate);
    expect(gates.length).toBe(1);
    gates[0]?.();
    await both[0];
    await new Promise(setImmediate);
    expect(order).toEqual(['One.']);
    gates[1]?.();
    await Promise.all(both);
    expect(order).toEqual(['One.', 'Two.']);
  });
});
