import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  openMemory,
  type Memory,
  type MemoryOptions,
  type Recall,
  type RecallOptions,
  type Role,
  type Turn,
} from './memory.js';

const now = new Date(2026, 10, 21, 12).getTime();
const dayMs = 86_400_000;

let dataDir: string;
let memory: Memory;

async function reopen(options: Partial<MemoryOptions> = {}): Promise<void> {
  await memory.close();
  memory = await openMemory({ dataDir, nowMs: () => now, ...options });
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-recall-'));
  memory = await openMemory({ dataDir, nowMs: () => now });
});

afterEach(async () => {
  await memory.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Remembers a talk: the days ago, who, what. */
async function talk(...turns: readonly (readonly [number, Role, string, Partial<Turn>?])[]): Promise<void> {
  await Promise.all(
    turns.map(([days, role, text, more]) =>
      memory.user('anna').remember({ role, text, atMs: now - days * dayMs, ...more }),
    ),
  );
}

function ask(query: string, options: RecallOptions = {}): Promise<Recall> {
  return memory.user('anna').recall(query, { deadlineMs: 1e6, ...options });
}

async function texts(query: string, options: RecallOptions = {}): Promise<string[]> {
  return (await ask(query, options)).items.map(({ text }) => text);
}

describe('recall', () => {
  it('gives the block that the model gets, with its reasons', async () => {
    await talk([2, 'user', "My dog's name is Potola."], [1, 'user', 'I live in Lisbon.']);
    const recall = await ask("What is my dog's name?");
    expect(recall.block).toBe("[Memory Context - 1 item]:\n- 2 days ago, user: My dog's name is Potola.");
    expect(recall.tokens).toBe(recall.block.length);
    expect(recall.late).toBe(false);
    const item = recall.items[0]!;
    expect(item).toMatchObject({ turnId: 1, role: 'user', atMs: now - 2 * dayMs });
    expect(item.score).toBeGreaterThan(0);
    expect(item.score).toBeLessThan(1);
    expect(item.why).toMatchObject({ role: 1, question: 1, speaker: 0.5 });
    expect(item.why.bm25).toBeGreaterThan(0);
    expect(item.why.recency).toBeGreaterThan(1);
  });

  it('finds a bare answer by the question that it answers, and shows the question', async () => {
    await talk(
      [3, 'assistant', "Nice! What is your dog's name?"],
      [3, 'user', 'Potola.'],
      [2, 'user', 'I like tea.'],
    );
    const { items } = await ask('Do you remember my dog name?');
    expect(items[0]?.text).toBe('Potola.');
    expect(items[0]?.line).toBe('- 3 days ago, user, asked "What is your dog\'s name?": Potola.');
  });

  it('does not take turns of different sessions for question and answer', async () => {
    await talk(
      [3, 'assistant', 'What is your dog called?', { session: 'a' }],
      [3, 'user', 'Potola.', { session: 'b' }],
    );
    expect(await texts('dog')).toEqual(['What is your dog called?']);
  });

  it('puts the statement above earlier questions for it and above the echo', async () => {
    await talk(
      [9, 'user', "My dog's name is Potola."],
      [9, 'assistant', "Potola, what a lovely dog's name!"],
      [2, 'user', "What is my dog's name?"],
      [2, 'assistant', "Your dog's name is Potola."],
      [1, 'user', 'what is my dogs name'],
    );
    const found = await ask("What is my dog's name?");
    expect(found.items[0]?.text).toBe("My dog's name is Potola.");
    expect(found.items.findIndex(({ text }) => text === "What is my dog's name?")).not.toBe(0);
    const questions = found.items.filter(({ why }) => why.question < 1).map(({ score }) => score);
    expect(Math.max(...questions)).toBeLessThan(found.items[0]!.score / 2);
  });

  it('collapses repetitions to the newest, whatever the recogniser made of the punctuation', async () => {
    await talk(
      [9, 'user', 'I love sushi.'],
      [5, 'user', 'i love sushi'],
      [3, 'assistant', 'What do you love?'],
      [1, 'user', 'I love sushi!'],
    );
    const { items } = await ask('sushi');
    expect(items.map(({ turnId }) => turnId)).toEqual([4]);
  });

  it('keeps the same short answer to different questions', async () => {
    await talk(
      [3, 'assistant', 'Do you have a dog?'],
      [3, 'user', 'Yes.'],
      [2, 'assistant', 'Do you have a car?'],
      [2, 'user', 'Yes.'],
    );
    const { items } = await ask('dog');
    expect(items[0]).toMatchObject({ turnId: 2, answerTo: 'Do you have a dog?' });
  });

  it('gives both of two contradicting statements, the newer one first, however long it is', async () => {
    await talk(
      [30, 'user', "My dog's name is Max."],
      [29, 'user', 'The weather is fine.'],
      [
        1,
        'user',
        "My dog's name is Potola now, because we took another one home from the shelter last weekend.",
      ],
    );
    const found = await texts("What is my dog's name?");
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('Potola');
  });

  it('prefers the newer of two that are equal but for their time', async () => {
    await talk([2, 'user', 'I bought a red bike.'], [2, 'user', 'The bike is red.']);
    expect((await ask('red bike')).items.map(({ turnId }) => turnId)).toEqual([2, 1]);
  });

  it('finds what a named speaker said', async () => {
    await talk(
      [2, 'user', 'I went climbing.', { speaker: 'Caroline', session: 'a' }],
      [2, 'user', 'I also went climbing.', { speaker: 'Melanie', session: 'b' }],
    );
    const { items } = await ask('What did Melanie do, go climbing?');
    expect(items[0]?.speaker).toBe('Melanie');
    expect(items[0]?.line).toBe('- 2 days ago, Melanie: I also went climbing.');
  });

  it('fills up what it has for a question with what was stated last, when asked to', async () => {
    await talk(
      [3, 'user', 'I get up at twenty past seven.'],
      [2, 'assistant', 'Noted.'],
      [1, 'user', 'Where is my hat?'],
    );
    const texts = async (query: string, minItems?: number) => {
      const recall = await memory
        .user('anna')
        .recall(query, { deadlineMs: 1000, ...(minItems === undefined ? {} : { minItems }) });
      return recall.items.map(({ text }) => text);
    };
    expect(await texts('When do I wake?', 3)).toEqual(['I get up at twenty past seven.']);
    expect(await texts('When do I wake?')).toEqual([]);
    expect(await texts('Good morning.', 3)).toEqual([]);
  });

  it('has nothing to say to small talk, to nobody and about nothing', async () => {
    await talk([2, 'user', 'I like tea.']);
    for (const query of ['Hello, how are you?', '', 'xylophone']) {
      expect(await ask(query, { maxAlways: 0 })).toMatchObject({
        items: [],
        block: '',
        tokens: 0,
        late: false,
      });
    }
    expect((await ask('')).items).toEqual([]);
    expect((await memory.user('stranger').recall('tea')).items).toEqual([]);
  });

  it('never passes the budget, whoever counts, and stays within the number of items', async () => {
    await talk(
      ...Array.from(
        { length: 40 },
        (_, i) => [i, 'user', `Tea number ${i} is ${'very '.repeat(i % 10)}good.`] as const,
      ),
    );
    for (const budgetTokens of [0, 30, 100, 300, 1024]) {
      const { block, tokens } = await ask('tea', { budgetTokens, maxItems: 30 });
      expect(tokens).toBeLessThanOrEqual(budgetTokens);
      expect(tokens).toBe(Buffer.byteLength(block));
    }
    expect((await ask('tea', { budgetTokens: 1e6 })).items).toHaveLength(8);
    expect((await ask('tea', { maxItems: 3 })).items).toHaveLength(3);
    await reopen({ countTokens: (text) => text.split(' ').length });
    const words = await ask('tea', { budgetTokens: 40, maxItems: 30 });
    expect(words.block.split(' ').length).toBeLessThanOrEqual(40);
    expect(words.items.length).toBeGreaterThan(2);
  });

  it('shortens a long turn around what was asked, in the line only', async () => {
    const long = `${'We talked about many things. '.repeat(40)}Our boat is called Nautilus. ${'And so on. '.repeat(40)}`;
    await talk([1, 'user', long]);
    const { items } = await ask('What is the boat called?');
    expect(items[0]?.text).toBe(long);
    expect(items[0]?.line).toContain('Nautilus');
    expect(items[0]!.line.length).toBeLessThan(450);
  });

  it('brings the turns around the best ones when it may look deeper', async () => {
    await talk(
      [5, 'user', 'We went to Porto.'],
      [5, 'assistant', 'How was it?'],
      [5, 'user', 'Rainy, but the food was great.'],
      [5, 'assistant', 'Glad to hear.'],
      [5, 'user', 'Then we drove home.'],
    );
    const ids = async (options: RecallOptions): Promise<number[]> =>
      (await ask('Porto', options)).items.map(({ turnId }) => turnId).sort();
    expect(await ids({})).toEqual([1]);
    expect(await ids({ depth: 'medium' })).toEqual([1, 3]);
    expect(await ids({ depth: 'deep' })).toEqual([1, 2, 3]);
  });

  it('leaves out what is late, knows the newest turns first, and counts', async () => {
    await talk(
      ...Array.from({ length: 600 }, (_, i) => [1, 'user', `Note ${i} about tea and ${i}.`] as const),
    );
    let clock = 0;
    // Every look at the clock costs 1 ms, so that deadlines pass without waiting.
    await reopen({ monotonicMs: () => clock++, sliceMs: 3 });
    const user = memory.user('anna');
    const early = await user.recall('tea 599 3', { deadlineMs: 15 });
    expect(early.late).toBe(true);
    expect(early.items[0]?.text).toBe('Note 599 about tea and 599.');
    expect(early.items.map(({ text }) => text)).not.toContain('Note 3 about tea and 3.');
    await user.warmUp();
    const after = await user.recall('tea 599 3', { deadlineMs: 1e6 });
    expect(after.late).toBe(false);
    expect(
      after.items
        .slice(0, 2)
        .map(({ turnId }) => turnId)
        .sort(),
    ).toEqual([4, 600]);
    expect(await user.stats()).toMatchObject({ turns: 600, indexedTurns: 600, recalls: 2, lateRecalls: 1 });
    expect((await user.recall('tea', { deadlineMs: 0 })).items.length).toBeGreaterThan(0);
  });

  it('builds the index in slices between which the event loop comes round', async () => {
    await talk(...Array.from({ length: 2000 }, (_, i) => [1, 'user', `Note ${i} about tea.`] as const));
    let clock = 0;
    await reopen({ monotonicMs: () => clock++, sliceMs: 3 });
    let rounds = 0;
    let isOver = false;
    const tick = (): void => {
      rounds++;
      if (!isOver) setImmediate(tick);
    };
    setImmediate(tick);
    await memory.user('anna').warmUp();
    isOver = true;
    // 16 turns a piece, at most 3 pieces a slice.
    expect(rounds).toBeGreaterThanOrEqual(2000 / 16 / 3 - 1);
  });

  it('answers users whose index was dropped for others, all at once', async () => {
    await reopen({ maxIndexedUsers: 2 });
    const ids = Array.from({ length: 6 }, (_, i) => `user${i}`);
    for (const id of ids) await memory.user(id).remember({ role: 'user', text: `I am ${id} and drink tea.` });
    const found = await Promise.all(ids.map((id) => memory.user(id).recall('tea', { deadlineMs: 1e6 })));
    expect(found.map(({ items }) => items.map(({ text }) => text))).toEqual(
      ids.map((id) => [`I am ${id} and drink tea.`]),
    );
    expect((await memory.user('user0').stats()).indexedTurns).toBe(0);
    expect((await memory.user('user5').stats()).indexedTurns).toBe(1);
  });

  it('knows names that the user said, and none that only the assistant said', async () => {
    await talk(
      [3, 'assistant', 'I am Slowcat and I know Berlin. What is your dog called?'],
      [3, 'user', 'Potola.'],
      [2, 'user', 'We live in Lisbon with my sister Maria.'],
      [1, 'user', 'Tomorrow Maria comes.'],
    );
    expect(await memory.user('anna').knownNames()).toEqual(['Maria', 'Lisbon', 'Potola']);
    expect(await memory.user('anna').knownNames(1)).toEqual(['Maria']);
  });
});
