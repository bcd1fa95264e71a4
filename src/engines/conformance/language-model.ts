import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage, GenerateOptions, LanguageModel, TokenUsage } from '../interfaces.js';

const question: readonly ChatMessage[] = [
  { role: 'system', content: 'You are a friendly assistant. Answer in one sentence.' },
  { role: 'user', content: 'Tell me something about cats, please.' },
];

/**
 * What every language model owes, whatever it runs on. Each model must answer {@link question}-like prompts
 * with at least three pieces.
 *
 * @param make a new model, not warmed up; called several times
 */
export function languageModelConformance(
  name: string,
  make: () => LanguageModel | Promise<LanguageModel>,
): void {
  describe(`${name} as a language model`, () => {
    let model: LanguageModel;
    const answer = async (messages: readonly ChatMessage[], options?: GenerateOptions): Promise<string> => {
      let text = '';
      for await (const piece of model.generate(messages, options)) text += piece;
      return text;
    };

    beforeAll(async () => {
      model = await make();
      await model.warmUp();
    });
    afterAll(() => model.close());

    it('says what it is', () => {
      expect(model.info.engine).not.toBe('');
      expect(model.info.model).not.toBe('');
      expect(model.contextTokens).toBeGreaterThan(0);
    });

    it('warms up twice without harm', async () => {
      await expect(model.warmUp()).resolves.toBeUndefined();
    });

    it('streams an answer in several pieces, none of them empty', async () => {
      const pieces: string[] = [];
      for await (const piece of model.generate(question, { maxTokens: 24 })) pieces.push(piece);
      expect(pieces.length).toBeGreaterThanOrEqual(3);
      expect(pieces).not.toContain('');
      expect(pieces.join('').trim()).not.toBe('');
    });

    it('tells once what an answer took, if at all, before the stream ends', async () => {
      const told: TokenUsage[] = [];
      await answer(question, { maxTokens: 8, onUsage: (usage) => told.push(usage) });
      expect(told.length).toBeLessThanOrEqual(1);
      for (const { promptTokens, completionTokens, cachedPromptTokens = 0 } of told) {
        expect(completionTokens).toBeGreaterThan(0);
        expect(completionTokens).toBeLessThanOrEqual(8);
        expect(promptTokens).toBeGreaterThan(10);
        expect(cachedPromptTokens).toBeLessThanOrEqual(promptTokens);
      }
    });

    it('answers the same conversation the same way, also after others', async () => {
      const first = await answer(question, { maxTokens: 12 });
      await answer(
        [...question, { role: 'assistant', content: 'No.' }, { role: 'user', content: 'Why not?' }],
        {
          maxTokens: 4,
        },
      );
      expect(await answer(question, { maxTokens: 12 })).toBe(first);
    });

    it('serves overlapping calls', async () => {
      const alone = await answer(question, { maxTokens: 8 });
      const together = await Promise.all(Array.from({ length: 6 }, () => answer(question, { maxTokens: 8 })));
      expect(together).toEqual(Array<string>(6).fill(alone));
    });

    it('throws the reason of a signal that was aborted before', async () => {
      const reason = new Error('too late');
      await expect(answer(question, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it('stops in the middle with the reason of the signal, and works on', async () => {
      const stopping = new AbortController();
      const reason = new Error('interrupted');
      let pieces = 0;
      const reading = (async () => {
        for await (const _piece of model.generate(question, { signal: stopping.signal })) {
          pieces += 1;
          if (pieces === 2) stopping.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      expect(pieces).toBe(2);
      expect(await answer(question, { maxTokens: 4 })).not.toBe('');
    });

    it('lets a consumer walk away', async () => {
      for await (const _piece of model.generate(question)) break;
      expect(await answer(question, { maxTokens: 4 })).not.toBe('');
    });

    it('counts tokens', () => {
      expect(model.countTokens('')).toBe(0);
      const few = model.countTokens('one cat');
      expect(few).toBeGreaterThan(0);
      expect(model.countTokens('one cat and a great many dogs besides')).toBeGreaterThan(few);
    });

    it('closes twice without harm and refuses to work from then on', async () => {
      const other = await make();
      await other.warmUp();
      const half = other.generate(question)[Symbol.asyncIterator]();
      await half.next();
      await Promise.all([other.close(), other.close()]);
      const closed = { code: 'SLOWCAT_ENGINE_CLOSED' };
      await expect(half.next()).rejects.toMatchObject(closed);
      await expect(other.generate(question)[Symbol.asyncIterator]().next()).rejects.toMatchObject(closed);
      await expect(other.warmUp()).rejects.toMatchObject(closed);
      expect(() => other.countTokens('x')).toThrow(expect.objectContaining(closed));
    });
  });
}
