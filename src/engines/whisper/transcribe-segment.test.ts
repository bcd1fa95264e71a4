import { describe, expect, it } from 'vitest';
import { defaultContextPolicy, type DecodeWindow } from './context-policy.js';
import { defaultSpeechThresholds } from './hallucinations.js';
import { transcribeSegment, type Decode, type Decoded } from './transcribe-segment.js';

const options = { fullFrames: 1500, policy: defaultContextPolicy, thresholds: defaultSpeechThresholds };
const speech = Float32Array.from({ length: 32_000 }, (_, index) => 0.2 * Math.sin(index / 5));

/** What a model writes: words of one token each, all of one probability unless each has its own. */
function says(text: string, { p = 0.9, stopped = true } = {}): Decoded {
  const words = text.match(/\s*\S+/g) ?? [];
  return { text, tokens: words.map((word) => ({ text: word, probability: p })), stopped };
}

/** A model that writes these one after another, and notes how it was asked. */
function script(...answers: Decoded[]): {
  decode: Decode;
  asked: { window: DecodeWindow; prompt?: string }[];
} {
  const asked: { window: DecodeWindow; prompt?: string }[] = [];
  return {
    asked,
    decode: (_pcm, window, prompt) => {
      asked.push(prompt === undefined ? { window } : { window, prompt });
      const answer = answers[asked.length - 1];
      return answer === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(answer);
    },
  };
}

describe('transcribeSegment', () => {
  it('is done after one run that stopped', async () => {
    const { decode, asked } = script(says(" What is my dog's name?"));
    expect(await transcribeSegment(speech, undefined, decode, options)).toEqual({
      text: "What is my dog's name?",
      confidence: expect.closeTo(0.9) as number,
    });
    expect(asked.map(({ window }) => window.audioContext)).toEqual([384]);
  });

  it('does not run the model on silence or on nothing', async () => {
    const { decode } = script();
    expect(await transcribeSegment(new Float32Array(32_000), undefined, decode, options)).toEqual({
      text: '',
      confidence: 0,
    });
    expect(await transcribeSegment(new Float32Array(0), undefined, decode, options)).toEqual({
      text: '',
      confidence: 0,
    });
  });

  it('listens again in a wider window when the model did not stop', async () => {
    const { decode, asked } = script(says(' Yes. Yes. Yes. Yes.', { stopped: false }), says(' Yes.'));
    expect((await transcribeSegment(speech, undefined, decode, options)).text).toBe('Yes.');
    expect(asked.map(({ window }) => window.audioContext)).toEqual([384, 768]);
  });

  it('keeps what a person repeats: the second run says it as often', async () => {
    const { decode } = script(says(' No, no, no.'), says(' No, no, no.'));
    expect((await transcribeSegment(speech, undefined, decode, options)).text).toBe('No, no, no.');
  });

  it('drops a repeat that the second run does not hear', async () => {
    const { decode } = script(says(' 25 minutes. 25 minutes.'), says(' 25 minutes.'));
    expect((await transcribeSegment(speech, undefined, decode, options)).text).toBe('25 minutes.');
  });

  it('says it once when neither run stopped, with the confidence of the first time', async () => {
    const run = says(' Go on. Go on. Go on.', { p: 0.99, stopped: false });
    const rising = {
      ...run,
      tokens: run.tokens.map((token, index) => ({ ...token, probability: index < 2 ? 0.5 : 0.99 })),
    };
    const { decode } = script(rising, rising);
    expect(await transcribeSegment(speech, undefined, decode, options)).toEqual({
      text: 'Go on.',
      confidence: expect.closeTo(0.5) as number,
    });
  });

  it('listens again when it wrote nothing although there was sound', async () => {
    const { decode } = script(says('', { stopped: false }), says(' Stop.'));
    expect((await transcribeSegment(speech, undefined, decode, options)).text).toBe('Stop.');
  });

  it('is empty for noise, without listening twice', async () => {
    const noise = says(' Be Be Be Be', { p: 0.95, stopped: false });
    const unsure = {
      ...noise,
      tokens: noise.tokens.map((token, index) => (index === 0 ? { ...token, probability: 0.03 } : token)),
    };
    for (const heard of [
      unsure,
      says(' [BLANK_AUDIO]'),
      says(' (music)'),
      says(' You', { p: 0.2 }),
      says(' . . .', { stopped: false }),
    ]) {
      expect((await transcribeSegment(speech, undefined, script(heard).decode, options)).text).toBe('');
    }
  });

  it('asks with the prompt only when a word sounds like a name in it, and takes the name alone', async () => {
    const { decode, asked } = script(
      says(" My dog's name is Patola."),
      says(' Well, my dog name is Potola.'),
    );
    const { text } = await transcribeSegment(speech, ' Potola,\nIlse ', decode, options);
    expect(text).toBe("My dog's name is Potola.");
    expect(asked.map((call) => call.prompt)).toEqual([undefined, 'Potola, Ilse']);
  });

  it('leaves the prompt alone when no word sounds like it', async () => {
    const { decode, asked } = script(says(' What time is it?'));
    expect((await transcribeSegment(speech, 'Potola, Ilse', decode, options)).text).toBe('What time is it?');
    expect(asked.length).toBe(1);
  });

  it('never reads the prompt back on a sound without words', async () => {
    const { decode } = script(says(' [BLANK_AUDIO]'));
    expect((await transcribeSegment(speech, 'Potola, Ilse', decode, options)).text).toBe('');
  });
});
