import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMemory, type Memory, type MemoryOptions } from '../memory.js';

const now = Date.UTC(2026, 10, 21, 12);
const dayMs = 86_400_000;

let dataDir: string;
let memory: Memory;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-recaller-'));
});

afterEach(async () => {
  await memory.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(options: Partial<MemoryOptions> = {}): Promise<void> {
  memory = await openMemory({ dataDir, nowMs: () => now, ...options });
}

/** Stands for a model: texts about pets lie near each other, all others at right angles. */
function meaning(text: string): Float32Array {
  const vector = new Float32Array(384);
  const about = /\b(?:dog|puppy|pet)/i.test(text) ? 0 : 1 + (text.length % 380);
  vector[about] = 1;
  return vector;
}
const embed = (texts: readonly string[]): Promise<Float32Array[]> => Promise.resolve(texts.map(meaning));

async function say(...texts: string[]): Promise<void> {
  for (const [i, text] of texts.entries()) {
    await memory.user('anna').remember({ role: 'user', text, atMs: now - (texts.length - i) * dayMs });
  }
}

describe('recall by meaning', () => {
  it('finds what shares no word with the question, once vectors are there', async () => {
    await open({ embed });
    await say('We adopted a puppy.', 'The train leaves at noon.', 'It rained.');
    const user = memory.user('anna');
    await user.warmUp();
    const { items } = await user.recall('Which pet lives here?', { deadlineMs: 1e6 });
    expect(items.map(({ text }) => text)).toEqual(['We adopted a puppy.']);
    expect(items[0]?.why.meaning).toBeCloseTo(1, 2);
    expect(await user.stats()).toMatchObject({ vectors: 3, unembeddedRecalls: 0 });
  });

  it('does without a query vector that never comes or fails, and counts', async () => {
    let mode: 'works' | 'hangs' | 'fails' = 'works';
    await open({
      embed: (texts) => {
        if (mode === 'works') return embed(texts);
        return mode === 'fails' ? Promise.reject(new Error('no model')) : new Promise(() => undefined);
      },
    });
    await say('My dog is called Potola.', 'It rained.');
    const user = memory.user('anna');
    await user.warmUp();
    for (mode of ['hangs', 'fails'] as const) {
      const { items, late } = await user.recall('dog', { deadlineMs: 5 });
      expect(late).toBe(false);
      expect(items[0]?.text).toBe('My dog is called Potola.');
    }
    expect(await user.stats()).toMatchObject({ unembeddedRecalls: 2, lateRecalls: 0 });
  });

  it('gives every turn a vector, old and new', async () => {
    await open({ embed });
    const notes = (from: number): string[] => Array.from({ length: 40 }, (_, i) => `Note ${from + i}.`);
    await say(...notes(0));
    const user = memory.user('anna');
    await user.warmUp();
    expect(await user.stats()).toMatchObject({ vectors: 40 });
    await say(...notes(40));
    await user.warmUp();
    expect(await user.stats()).toMatchObject({ vectors: 80 });
  });

  it('remembers when embedding fails', async () => {
    await open({ embed: () => Promise.reject(new Error('no model')) });
    await say('My dog is called Potola.');
    await memory.user('anna').warmUp();
    expect((await memory.user('anna').recall('dog', { deadlineMs: 1e6 })).items).toHaveLength(1);
  });
});

describe('recall', () => {
  it('is the same twice', async () => {
    await open({ embed });
    await say(...Array.from({ length: 60 }, (_, i) => `Note ${i} says that tea number ${i % 7} is good.`));
    const user = memory.user('anna');
    await user.warmUp();
    const ask = async (): Promise<unknown> => {
      const { tookMs: _, ...rest } = await user.recall('Which tea is good?', {
        deadlineMs: 1e6,
        depth: 'deep',
      });
      return rest;
    };
    expect(await ask()).toEqual(await ask());
  });

  it('packs more into a compact block than into lines', async () => {
    await open();
    await say(...Array.from({ length: 60 }, (_, i) => `Hey there! Tea number ${i} is good. What about you?`));
    const ask = (form: 'lines' | 'compact') =>
      memory
        .user('anna')
        .recall('tea', { deadlineMs: 1e6, depth: 'deep', maxItems: 100, budgetTokens: 1024, form });
    const [lines, compact] = [await ask('lines'), await ask('compact')];
    expect(compact.tokens).toBeLessThanOrEqual(1024);
    expect(compact.tokens).toBe(Buffer.byteLength(compact.block));
    expect(compact.items.length).toBeGreaterThan(1.3 * lines.items.length);
    for (const { line } of compact.items) expect(compact.block).toContain(line);
  });

  it('puts the newest of rival statements above the oldest in 98 of 100', async () => {
    await open();
    const things = [
      "dog's name",
      'favourite colour',
      'phone number',
      'home town',
      'car',
      'job',
      'best friend',
      'gym day',
      'password hint',
      'doctor',
      'shoe size',
      'favourite dish',
      'landlord',
      'bus line',
      'boss',
    ];
    const values = ['Max', 'blue', 'Berlin', 'Nora', 'Monday', 'number 12'];
    const changes: ((thing: string, value: string) => string)[] = [
      (thing, value) => `My ${thing} is ${value} now.`,
      (thing, value) => `My ${thing} is ${value}.`,
      (thing, value) =>
        `By the way, my ${thing} is no longer that, my ${thing} is ${value} from this week on.`,
      (thing, value) => `Since last month my ${thing} is ${value}, because we had to change it.`,
    ];
    let right = 0;
    let asked = 0;
    for (const [i, thing] of things.entries()) {
      for (const [j, change] of changes.entries()) {
        const user = memory.user(`user-${i}-${j}`);
        const old = `My ${thing} is ${values[(i + j) % 6] ?? ''}.`;
        const fresh = change(thing, values[(i + j + 1) % 6] ?? '');
        const talk = [old, 'It rained all day.', 'I like tea with milk.', fresh, 'We went for a walk.'];
        for (const [day, text] of talk.entries()) {
          await user.remember({ role: 'user', text, atMs: now - (100 - day * 9) * dayMs });
          await user.remember({ role: 'assistant', text: 'I see.', atMs: now - (100 - day * 9) * dayMs + 1 });
        }
        const { items } = await user.recall(`What is my ${thing}?`, { deadlineMs: 1e6 });
        const placeOf = (wanted: string): number => items.findIndex(({ text }) => text === wanted);
        asked++;
        if (placeOf(fresh) >= 0 && (placeOf(old) < 0 || placeOf(fresh) < placeOf(old))) right++;
      }
    }
    expect(right / asked).toBeGreaterThanOrEqual(0.98);
  });
});
