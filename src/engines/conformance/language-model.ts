import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AnswerPart,
  ChatMessage,
  GenerateOptions,
  GenerateWithToolsOptions,
  LanguageModel,
  TokenUsage,
  ToolDefinition,
} from '../interfaces.js';

const question: readonly ChatMessage[] = [
  { role: 'system', content: 'You are a friendly assistant. Answer in one sentence.' },
  { role: 'user', content: 'Tell me something about cats, please.' },
];

/** What models that call functions are asked to call. */
export const conformanceTool: ToolDefinition = {
  name: 'get_weather',
  description: 'Tells the weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 20 }, unit: { type: 'string', enum: ['C', 'F'] } },
    required: ['city'],
  },
};

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

    describe('with functions', () => {
      const other: ToolDefinition = { ...conformanceTool, name: 'get_time', description: 'Tells the time.' };
      const parts = async (
        options: Partial<GenerateWithToolsOptions>,
        messages: readonly ChatMessage[] = question,
      ): Promise<AnswerPart[]> => {
        const all: AnswerPart[] = [];
        const tools = [other, conformanceTool];
        const answering = model.generateWithTools?.(messages, { tools, maxTokens: 64, ...options });
        for await (const part of answering ?? []) all.push(part);
        return all;
      };
      const words = (all: readonly AnswerPart[]): string =>
        all.map((part) => (part.type === 'text' ? part.text : '')).join('');
      const named = { toolChoice: { name: conformanceTool.name } } as const;

      it('calls the one that it has to, with arguments of its form', async () => {
        const all = await parts(named);
        const calls = all.flatMap((part) => (part.type === 'tool-call' ? [part.call] : []));
        expect(calls).toHaveLength(1);
        expect(calls[0]?.id).not.toBe('');
        expect(calls[0]?.name).toBe(conformanceTool.name);
        expect(JSON.parse(calls[0]?.arguments ?? '')).toMatchObject({ city: expect.any(String) as string });
      });

      it('gives each call an id of its own', async () => {
        const calls = [...(await parts(named)), ...(await parts(named))];
        const ids = calls.flatMap((part) => (part.type === 'tool-call' ? [part.call.id] : []));
        expect(new Set(ids).size).toBe(2);
      });

      it('answers in words when it may not call', async () => {
        const all = await parts({ toolChoice: 'none' });
        expect(all.every(({ type }) => type === 'text')).toBe(true);
        expect(words(all).trim()).not.toBe('');
      });

      it('goes on with a result', async () => {
        const toolCalls = [{ id: 'before-1', name: conformanceTool.name, arguments: '{"city":"Ulm"}' }];
        const all = await parts({ toolChoice: 'none' }, [
          ...question,
          { role: 'assistant', content: '', toolCalls },
          { role: 'tool', content: '{"degrees":12}', toolCallId: 'before-1' },
        ]);
        expect(words(all).trim()).not.toBe('');
      });

      it('throws the reason of a signal, and works on', async () => {
        const reason = new Error('too late');
        await expect(parts({ ...named, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        const stopping = new AbortController();
        const reading = parts({ toolChoice: 'none', signal: stopping.signal });
        stopping.abort(reason);
        await expect(reading).rejects.toBe(reason);
        expect(await parts(named)).not.toEqual([]);
      });
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
