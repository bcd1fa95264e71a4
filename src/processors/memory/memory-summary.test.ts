import { describe, expect, it } from 'vitest';
import { FakeLanguageModel } from '../../testing/fake-language-model.js';
import { isGrounded, summarise, summaryPrompt, tellsMore } from './memory-summary.js';

const notes = ["- 2 days ago, user: My dog's name is Potola.", '- yesterday, user: We walk at 7 am.'];
const question = "What's my dog's name?";
const never = new AbortController().signal;
const words = (text: string): number => text.split(/\s+/u).length;

describe('summaryPrompt', () => {
  it('holds the notes and the question', () => {
    const prompt = summaryPrompt(question, notes, 1024, words);
    expect(prompt?.at(-1)?.content).toBe(`Notes:\n${notes.join('\n')}\n\nQuestion: ${question}`);
  });

  it('drops the weakest notes until prompt and answer fit, and asks nothing when none fits', () => {
    const many = Array.from({ length: 50 }, (_, i) => `- today, user: note ${i} ${'word '.repeat(20)}`);
    for (const room of [300, 500, 1024]) {
      const prompt = summaryPrompt(question, many, room, words);
      const tokens = prompt!.reduce((sum, { content }) => sum + words(content) + 8, 0);
      expect(tokens + 80).toBeLessThanOrEqual(room);
      expect(prompt!.at(-1)!.content).toContain('note 0 ');
      expect(prompt!.at(-1)!.content).not.toContain('note 49 ');
    }
    expect(summaryPrompt(question, many, 100, words)).toBeUndefined();
  });
});

describe('isGrounded', () => {
  it.each([
    ["The user's dog is called Potola.", true],
    ["Potola's walk is at 7 am.", true],
    ['They walk. Then they eat.', true],
    ['The dog is called Rex.', false],
    ['They walk at 8 am.', false],
    ['', true],
  ])('%j: %s', (sentence, grounded) => {
    expect(isGrounded(sentence, notes.join('\n'))).toBe(grounded);
  });
});

describe('tellsMore', () => {
  it.each([
    ['A dog called Potola.', true],
    ["The user asks for the dog's name.", false],
    ['They moved to Faro.', false],
    ['', false],
  ])('%j: %s', (sentence, more) => {
    expect(tellsMore(sentence, notes.join('\n'), question)).toBe(more);
  });
});

describe('summarise', () => {
  it('gives a block of one sentence, the same for the same input', async () => {
    const model = new FakeLanguageModel({ answer: () => "The user's dog is\ncalled Potola." });
    const once = await summarise(model, question, notes, 1024, never);
    expect(once).toBe("[Memory Context - 1 item]:\n- The user's dog is called Potola.");
    expect(await summarise(model, question, notes, 1024, never)).toBe(once);
    expect(model.calls[0]).toEqual(model.calls[1]);
  });

  it.each(['', ' \n ', 'Your cat is called Minka.', "The user asks for the dog's name."])(
    'gives nothing for the answer %j',
    async (answer) => {
      const model = new FakeLanguageModel({ answer: () => answer });
      expect(await summarise(model, question, notes, 1024, never)).toBeUndefined();
    },
  );

  it('rejects when it is cut off', async () => {
    const cut = new AbortController();
    const model = new FakeLanguageModel({
      answer: () => 'The dog is called Potola.',
      beforePiece: () => new Promise(() => undefined),
    });
    const asked = summarise(model, question, notes, 1024, cut.signal);
    cut.abort(new Error('late'));
    await expect(asked).rejects.toThrow('late');
  });
});
