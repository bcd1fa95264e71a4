import { describe, expect, it } from 'vitest';
import { speakAll, speechMs, textToSpeechConformance } from '../engines/conformance/text-to-speech.js';
import { createFakeTextToSpeech } from './fake-text-to-speech.js';

textToSpeechConformance('FakeTextToSpeech', () => createFakeTextToSpeech());

describe('FakeTextToSpeech', () => {
  it('speaks as long as the text is', async () => {
    const tts = createFakeTextToSpeech({ msPerCharacter: 10, sampleRateHz: 16_000 });
    expect(speechMs(await speakAll(tts, 'Hello.'))).toBe(60);
  });

  it('keeps what it was asked and what was taken', async () => {
    const tts = createFakeTextToSpeech();
    for await (const chunk of tts.synthesize('One. Two.')) {
      expect(chunk.text).toBe('One.');
      break;
    }
    expect(tts.asked).toEqual(['One. Two.']);
    expect(tts.spoken).toEqual(['One.']);
  });

  it('fails or waits as its script says', async () => {
    const tts = createFakeTextToSpeech({ beforeChunk: () => Promise.reject(new Error('scripted')) });
    await expect(speakAll(tts, 'Hello.')).rejects.toThrow('scripted');
  });
});
