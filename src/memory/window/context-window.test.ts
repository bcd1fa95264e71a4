import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContextWindow } from './context-window.js';
import { digestHeader, type WindowMessage } from './digest.js';
import { windowShares } from './shares.js';

/** A tokenizer of the size of real ones: a token for every four characters of a word. */
const tokens = (text: string): number =>
  (text.match(/\S+/gu) ?? []).reduce((sum, word) => sum + Math.ceil(word.length / 4), 0);

const system: WindowMessage = { role: 'system', content: 'You are a friendly voice assistant.' };
const user = (content: string): WindowMessage => ({ role: 'user', content });
const bot = (content: string): WindowMessage => ({ role: 'assistant', content });
const block = (lines: number): WindowMessage => ({
  role: 'system',
  content: ['[Memory Context]:', ...Array.from({ length: lines }, (_, i) => `- user: line ${i}`)].join('\n'),
});

const make = (windowTokens = 4096): ContextWindow =>
  new ContextWindow({ shares: windowShares(windowTokens), countTokens: tokens });

/** An exchange of about 60 tokens. */
const exchange = (i: number): WindowMessage[] => [
  user(`On day ${i} we walked to the lake with Potola and met neighbour number ${i} there, who has a boat.`),
  bot(`That sounds lovely. Potola must have enjoyed day ${i} at the lake. Did you try the boat as well?`),
];

const talk = (exchanges: number): WindowMessage[] => [
  system,
  ...Array.from({ length: exchanges }, (_, i) => exchange(i)).flat(),
  user('What is my dog called?'),
];

/** What a prompt costs, counted anew. */
const costOf = (messages: readonly WindowMessage[]): number =>
  messages.reduce((sum, { content }) => sum + tokens(content) + 8, 8);

describe('ContextWindow', () => {
  it('leaves a prompt under 2000 tokens as it is', () => {
    const messages = talk(20);
    const fitted = make().fit(messages);
    expect(fitted.tokens).toBeLessThan(2000);
    expect(fitted).toMatchObject({ path: 'fast', folded: 0, tokens: costOf(messages) });
    expect(fitted.messages).toBe(messages);
  });

  it('folds older exchanges into a digest from 2000 tokens on', () => {
    const messages = talk(45);
    expect(costOf(messages)).toBeGreaterThan(2000);
    expect(costOf(messages)).toBeLessThan(3840);
    const fitted = make().fit(messages);
    expect(fitted.path).toBe('compressed');
    expect(fitted.tokens).toBeLessThan(2000);
    expect(fitted.tokens).toBe(costOf(fitted.messages));
    const [first, digest, oldest] = fitted.messages;
    expect(first).toBe(system);
    expect(digest?.content.startsWith(digestHeader)).toBe(true);
    expect(digest?.content).toContain('walked to lake with Potola');
    expect(oldest?.role).toBe('user');
    expect(fitted.messages.slice(2)).toEqual(messages.slice(fitted.folded + 1));
  });

  it('prunes what is over the limit even so', () => {
    const pasted = user(`${'word '.repeat(4000)}and that is all, what do you think?`);
    const fitted = make().fit([...talk(60).slice(0, -1), block(400), pasted]);
    expect(fitted.path).toBe('pruned');
    expect(fitted.tokens).toBeLessThanOrEqual(3840);
    expect(fitted.tokens).toBe(costOf(fitted.messages));
    expect(fitted.sections.memory).toBeLessThanOrEqual(1024);
    expect(fitted.sections.current).toBeGreaterThanOrEqual(512 - 16);
    expect(fitted.messages[0]).toBe(system);
    expect(fitted.messages.at(-1)?.content.endsWith('what do you think?')).toBe(true);
  });

  it('lets a long current turn have what the others leave', () => {
    const pasted = user('word '.repeat(3000));
    expect(make().fit([system, pasted]).messages).toEqual([system, pasted]);
  });

  it('keeps the last exchange when older ones are folded, shortened if it must be', () => {
    const long = bot(`Once upon a time. ${'tale '.repeat(3000)}The end.`);
    const { messages } = make().fit([
      ...talk(10).slice(0, -1),
      user('Tell me a tale.'),
      long,
      user('And then?'),
    ]);
    expect(messages.slice(-3).map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages.at(-2)?.content).toMatch(/^Once.* … .*The end\.$/u);
  });

  it('begins as the prompt before, but when it folds', () => {
    const window = make();
    const history: WindowMessage[] = [];
    let before: readonly WindowMessage[] = [];
    let breaks = 0;
    let folded = 0;
    for (let i = 0; i < 300; i++) {
      const fitted = window.fit([system, ...history, block(i % 20), user(`And ${i}?`)]);
      const stable = before
        .slice(0, -2)
        .every((message, at) => message.content === fitted.messages[at]?.content);
      expect(stable || fitted.folded > folded).toBe(true);
      if (!stable) breaks++;
      folded = fitted.folded;
      before = fitted.messages;
      history.push(...exchange(i));
    }
    expect(breaks).toBeGreaterThan(5);
    expect(breaks).toBeLessThan(300 / 10);
  });

  it('takes up a turn that goes on, and a history that was put in place of another', () => {
    const window = make();
    const messages = talk(45);
    const first = window.fit(messages);
    const goesOn = [...messages.slice(0, -1), user('What is my dog called, and the boat?')];
    expect(window.fit(goesOn).messages.slice(0, -1)).toEqual(first.messages.slice(0, -1));
    const other = [system, ...exchange(1000), user('Hello?')];
    expect(window.fit(other)).toMatchObject({ path: 'fast', messages: other });
    expect(window.fit([system]).messages).toEqual([system]);
    expect(window.fit([]).messages).toEqual([]);
  });

  it('never passes the limit, whatever is said', () => {
    const text = fc.oneof(
      { weight: 8, arbitrary: fc.lorem({ maxCount: 60 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 1, max: 60_000 }).map((length) => 'wörd '.repeat(length / 5)),
      },
    );
    const role = fc.constantFrom('user', 'assistant', 'user', 'assistant', 'system', 'developer');
    const message = fc.record({ role, content: text }) as fc.Arbitrary<WindowMessage>;
    const step = fc.record({ said: fc.array(message, { minLength: 1, maxLength: 6 }), memory: fc.nat(300) });
    const size = fc.constantFrom(256, 1024, 4096, 8192);
    fc.assert(
      fc.property(
        size,
        text,
        fc.array(step, { minLength: 1, maxLength: 25 }),
        (windowTokens, prompt, steps) => {
          const shares = windowShares(windowTokens);
          const window = new ContextWindow({ shares, countTokens: tokens });
          const again = new ContextWindow({ shares, countTokens: tokens });
          const context: WindowMessage[] = [{ role: 'system', content: prompt }];
          for (const { said, memory } of steps) {
            context.push(...said);
            const asked = [
              ...context.slice(0, -1),
              ...(memory === 0 ? [] : [block(memory)]),
              ...context.slice(-1),
            ];
            const fitted = window.fit(asked);
            expect(fitted.tokens).toBe(costOf(fitted.messages));
            expect(fitted.tokens).toBeLessThanOrEqual(shares.hardLimitTokens);
            expect(fitted.messages.at(-1)?.role).toBe(asked.at(-1)?.role);
            if (fitted.folded === 0 && costOf(asked) < shares.compressFromTokens)
              expect(fitted.messages).toBe(asked);
            expect(again.fit(asked)).toEqual(fitted);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('counts no more at turn 10,000 than at turn 100, and stays within its limit all the way', () => {
    let counted = 0;
    const window = new ContextWindow({
      shares: windowShares(4096),
      countTokens: (text) => {
        counted += text.length;
        return tokens(text);
      },
    });
    const context: WindowMessage[] = [system];
    const charsOf: number[] = [];
    let most = 0;
    for (let turn = 0; turn < 10_000; turn++) {
      context.push(user(`And what about day ${turn} with Potola, do you remember?`));
      counted = 0;
      const last = context.slice(-1);
      // As the memory processor does, but without its copy of the whole list.
      context.splice(-1, 1, block(40), ...last);
      const fitted = window.fit(context);
      context.splice(-2, 2, ...last);
      charsOf.push(counted);
      most = Math.max(most, fitted.tokens);
      context.push(
        bot(`Of course I do: on day ${turn} we went to the lake and Potola swam after the ducks.`),
      );
    }
    const mean = (from: number, to: number): number =>
      charsOf.slice(from, to).reduce((sum, chars) => sum + chars, 0) / (to - from);
    expect(mean(9000, 10_000) / mean(100, 1100)).toBeLessThan(1.05);
    expect(Math.max(...charsOf.slice(9000)) / Math.max(...charsOf.slice(100, 1100))).toBeLessThan(1.1);
    expect(most).toBeLessThanOrEqual(3840);
    expect(most).toBeGreaterThan(1500);
  });

  it('meets a long history for the first time without counting all of it', () => {
    let counted = 0;
    const window = new ContextWindow({
      shares: windowShares(4096),
      countTokens: (text) => {
        counted += text.length;
        return tokens(text);
      },
    });
    const fitted = window.fit(talk(10_000));
    expect(counted).toBeLessThan(30_000);
    expect(fitted.folded).toBeGreaterThan(19_900);
    expect(fitted.messages[1]?.content).toContain(digestHeader);
  });
});
