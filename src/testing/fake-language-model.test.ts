import { describe, expect, it } from 'vitest';
import { languageModelConformance } from '../engines/conformance/language-model.js';
import { FakeLanguageModel } from './fake-language-model.js';

languageModelConformance(
  'the fake',
  () =>
    new FakeLanguageModel({
      answer: (_messages, options) =>
        typeof options?.toolChoice === 'object'
          ? { toolCalls: [{ name: options.toolChoice.name, arguments: { city: 'Ulm' } }] }
          : 'Cats sleep most of the day.',
    }),
);

const user = (content: string) => [{ role: 'user', content }] as const;

async function read(stream: AsyncIterable<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

describe('FakeLanguageModel', () => {
  it('answers by the messages, word by word, and remembers what it was asked', async () => {
    const fake = new FakeLanguageModel({
      answer: (messages) => `You said  ${messages.at(-1)?.content ?? ''}. `,
    });
    expect(await read(fake.generate(user('hello')))).toEqual(['You', ' said', '  hello. ']);
    expect(fake.calls).toEqual([user('hello')]);
  });

  it('waits before each piece for as long as it is told', async () => {
    const releases: (() => void)[] = [];
    const fake = new FakeLanguageModel({
      answer: () => 'one two',
      beforePiece: () => new Promise((resolve) => releases.push(resolve)),
    });
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of fake.generate(user('count'))) pieces.push(piece);
    })();
    await Promise.resolve();
    expect(pieces).toEqual([]);
    releases.shift()?.();
    while (releases.length === 0) await Promise.resolve();
    expect(pieces).toEqual(['one']);
    releases.shift()?.();
    await reading;
    expect(pieces).toEqual(['one', ' two']);
  });

  it('is interrupted while it waits', async () => {
    const fake = new FakeLanguageModel({
      answer: () => 'never',
      beforePiece: () => new Promise(() => undefined),
    });
    const stopping = new AbortController();
    const reason = new Error('interrupted');
    const reading = read(fake.generate(user('go'), { signal: stopping.signal }));
    stopping.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it('fails as scripted and refuses prompts without room', async () => {
    const failure = new Error('scripted');
    const fake = new FakeLanguageModel({ answer: () => failure, contextTokens: 3 });
    await expect(read(fake.generate(user('go')))).rejects.toBe(failure);
    await expect(read(fake.generate(user('one two three')))).rejects.toMatchObject({
      code: 'SLOWCAT_PROMPT_TOO_LONG',
    });
  });
});
