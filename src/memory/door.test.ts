import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { bagOfWords, DoorBed } from './door-bed.test-helper.js';
import type { UserMemory, UserMemoryMaintenance } from './memory.js';
import { quantise } from './vectors/quantise.js';

const dayMs = 86_400_000;
const verifier = join(import.meta.dirname, '../../docs/verify-proof.mjs');
const patient = { deadlineMs: 1e6 };
type User = UserMemory & UserMemoryMaintenance;
let bed: DoorBed;

beforeEach(async () => (bed = await DoorBed.make()));
afterEach(() => bed.remove());

async function tell(user: User, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await user.remember({ role: 'user', text });
}
const factLines = async (user: User): Promise<string[]> => (await user.facts()).map(({ line }) => line);
const textsOf = (items: readonly { readonly text: string }[]): string[] => items.map(({ text }) => text);

describe('what is known of a user', () => {
  it('fades step by step over days, a name only over years, an allergy never', async () => {
    const user = (await bed.open()).user('anna');
    await tell(user, "My dog's name is Potola.", 'I like jazz.', "I'm allergic to peanuts.");
    const begin = bed.nowMs;
    const after = async (days: number): Promise<string[]> => {
      bed.nowMs = begin + days * dayMs;
      return factLines(user);
    };
    const kept = ['1|dog|Potola', '1|allergic to|peanuts'];
    expect(await after(0)).toEqual(expect.arrayContaining([...kept, '1|likes|jazz']));
    expect(await after(5)).toEqual(expect.arrayContaining([...kept, '1|likes|j']));
    expect(await after(10)).toEqual(expect.arrayContaining([...kept, '1|likes']));
    expect(await after(20)).toEqual(expect.arrayContaining([...kept, '1']));
    expect(await after(80)).toEqual(expect.arrayContaining([...kept, '']));
    expect(await after(365)).toEqual(expect.arrayContaining(['1|dog|P', '1|allergic to|peanuts']));
    // Said again, it is as fresh as new.
    await tell(user, 'I like jazz.');
    expect(await factLines(user)).toContain('1|likes|jazz');
  });

  it('replaces what no longer holds, keeps it in history, and puts it behind in answers', async () => {
    const user = (await bed.open()).user('anna');
    await tell(user, 'I live in Bergen.');
    bed.nowMs += 3600_000;
    await tell(user, 'I moved to Oslo.');
    expect(await factLines(user)).toEqual(['1|lives in|Oslo']);
    const history = await user.facts({ history: true });
    expect(history.map(({ value, validToMs }) => [value, validToMs])).toEqual([
      ['Bergen', bed.nowMs],
      ['Oslo', undefined],
    ]);
    const { items } = await user.recall('Where do I live?', { ...patient, maxAlways: 0, escalate: false });
    const found = textsOf(items);
    expect(found.indexOf('I moved to Oslo.')).toBeLessThan(found.indexOf('I live in Bergen.'));
    expect(await user.forget({ containing: 'Oslo' })).toBe(1);
    expect(await factLines(user)).toEqual(['1|lives in|Bergen']);
  });

  it('tells names, allergies and standing instructions whatever is asked', async () => {
    const user = (await bed.open()).user('anna');
    const always = ['My name is Anna.', "I'm allergic to peanuts.", 'Please always answer briefly.'];
    await tell(user, ...always, ...Array.from({ length: 30 }, (_, i) => `The tram number ${i} was late.`));
    await user.facts();
    for (const days of [0, 400]) {
      bed.nowMs += days * dayMs;
      const { block } = await user.recall('Which tram was late?', patient);
      for (const text of always) expect(block).toContain(text);
    }
    const { block } = await user.recall('Which tram was late?', { ...patient, maxAlways: 0 });
    for (const text of always) expect(block).not.toContain(text);
  });
});

describe('what is offered of an old turn', () => {
  const text = 'The weather turned grey over the hills of Norway.';
  const question = 'How was the weather?';

  it('is what has not faded by default, and all of it for who thinks back', async () => {
    const user = (await bed.open()).user('anna');
    await tell(user, text);
    bed.nowMs += 6 * dayMs;
    const shallow = await user.recall(question, { ...patient, escalate: false });
    expect(shallow.items).toHaveLength(1);
    expect(shallow.block).not.toContain(text);
    expect(shallow.block).toContain('weather');
    expect((await user.recall(question, { ...patient, depth: 'deep' })).block).toContain(text);
    bed.nowMs += 30 * dayMs;
    expect((await user.recall(question, { ...patient, escalate: false })).block).toBe('');
    const looked = await user.recall(question, patient);
    expect([looked.depth, looked.block.includes(text)]).toEqual(['deep', true]);
    for await (const turn of user.export()) expect(turn.text).toBe(text);
  });

  it('lasts longer when it is used, is new again when it is told in full, over restarts', async () => {
    const memory = await bed.open();
    const user = memory.user('anna');
    await tell(user, text, text.replace('weather', 'wind'));
    await user.reinforce!(Array<number>(20).fill(1));
    bed.nowMs += 8 * dayMs;
    const words = async (of: User, what: string): Promise<number> => {
      const { items } = await of.recall(what, { ...patient, escalate: false, maxItems: 1 });
      return items[0]?.line.split(' ').length ?? 0;
    };
    const used = await words(user, 'weather');
    expect(used).toBeGreaterThan(await words(user, 'wind'));
    await memory.close();
    const again = (await bed.open()).user('anna');
    expect(await words(again, 'weather')).toBe(used);
    await again.reinforce!([2], bed.nowMs, true);
    const { block } = await again.recall('wind', { ...patient, escalate: false });
    expect(block).toContain('The wind turned grey over the hills of Norway.');
  });
});

describe('the vectors of turns', () => {
  it('are computed once, found by, and computed again only for what leans on a forgotten turn', async () => {
    const memory = await bed.open({ embed: bed.embed });
    const user = memory.user('anna');
    await tell(user, 'The boat needs paint.', 'Cherries are ripe.', 'The clock is slow.', 'A letter came.');
    await user.warmUp();
    expect(bed.embedded).toHaveLength(4);
    await memory.close();
    const again = (await bed.open({ embed: bed.embed })).user('anna');
    await again.warmUp();
    expect(bed.embedded).toHaveLength(4);
    expect(await again.stats()).toMatchObject({ vectors: 4 });
    expect((await again.recall('ripe cherries', patient)).items[0]?.why.meaning).toBeGreaterThan(0);
    await again.forget({ turnIds: [1] });
    bed.embedded.length = 0;
    await again.warmUp();
    expect([...bed.embedded].sort()).toEqual(['Cherries are ripe.', 'The clock is slow.']);
  });
});

describe('users', () => {
  it('never get anything of one another, and never what was injected', async () => {
    const word = fc.constantFrom('dog', 'Oslo', 'peanuts', 'jazz', 'boat', 'Potola', 'always', 'allergic');
    const template = fc.constantFrom(
      (mark: string, one: string) => `My ${one} is called ${mark}.`,
      (mark: string, one: string) => `I live in ${mark} with my ${one}.`,
      (mark: string, one: string) => `Please always call my ${one} ${mark}.`,
      (mark: string, one: string) => `${one} ${mark} ${one}?`,
    );
    const action = fc.record({ user: fc.integer({ min: 0, max: 3 }), template, word, injects: fc.boolean() });
    const memory = await bed.open({ embed: bed.embed, maxIndexedUsers: 2 });
    // Ids that begin alike, and marks that no other user's texts have.
    const users = ['a', 'ab', 'a.b', 'A'].map((id, i) => ({ mark: `Zq${'wxyz'[i]}`, user: memory.user(id) }));
    const told = users.map(() => 0);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 8 }), async (actions) => {
        for (const { user: i, template: make, word: one, injects } of actions) {
          const { mark, user } = users[i]!;
          await user.remember({ role: 'user', text: make(mark, one) });
          told[i]!++;
          if (!injects) continue;
          const { block } = await user.recall(one, patient);
          expect(block).not.toBe('');
          for (const other of users)
            expect(await other.user.remember({ role: 'user', text: block })).toEqual({
              stored: false,
              reason: 'injected-context',
            });
        }
        for (const [i, { mark, user }] of users.entries()) {
          const found = await user.recall('Where is my dog, boat, jazz, Oslo, Potola?', {
            ...patient,
            depth: 'deep',
            maxItems: 100,
            budgetTokens: 1e6,
          });
          const exported: string[] = [];
          for await (const { text } of user.export()) exported.push(text);
          const facts = await user.facts({ history: true });
          const everything = JSON.stringify([found, exported, facts, await user.knownNames()]);
          const others = users.filter((other) => other.mark !== mark);
          expect(others.filter((other) => everything.includes(other.mark))).toEqual([]);
          expect(exported).toHaveLength(told[i]!);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('what was forgotten', () => {
  it('is in no file, as words, facts or vectors, and the others are still proven', async () => {
    const memory = await bed.open({ embed: bed.embed });
    const user = memory.user('anna');
    const question = 'Is your dog called Zubrowka?';
    const secret = "My cat's name is Quetzal and she weighs 4 kilos.";
    await user.remember({ role: 'assistant', text: question, session: 's' });
    await user.remember({ role: 'user', text: 'Yes.', session: 's' });
    await tell(user, secret, 'I live in Oslo.', ...Array.from({ length: 300 }, (_, i) => `Note ${i} here.`));
    await Promise.all([user.facts(), user.warmUp()]);
    await user.reinforce!([1, 3]);
    const vectors = [question, secret].map((text) => new Uint8Array(quantise(bagOfWords(text)).buffer));
    expect(await factLines(user)).toEqual(
      expect.arrayContaining(['1|dog|Zubrowka', '1|cat|Quetzal', '1|lives in|Oslo']),
    );
    expect(await bed.filesWith('Quetzal')).not.toEqual([]);
    expect(await bed.filesWith(vectors[1]!)).not.toEqual([]);
    const { head } = await user.verify();

    expect(await user.forget({ turnIds: [1, 3] })).toBe(2);
    expect(await bed.filesWith('Zubrowka', 'Quetzal', ...vectors)).toEqual([]);
    expect(await factLines(user)).toEqual(['1|lives in|Oslo']);
    await user.warmUp();
    await memory.close();
    expect(await bed.filesWith('Zubrowka', 'Quetzal', ...vectors)).toEqual([]);

    const again = (await bed.open()).user('anna');
    expect(await again.verify()).toMatchObject({ ok: true, head });
    for (const turnId of [2, 4, 304]) {
      const file = join(bed.dataDir, `${turnId}.json`);
      await writeFile(file, JSON.stringify(await again.proof(turnId)));
      const { stdout } = await promisify(execFile)(process.execPath, [verifier, file, head]);
      expect(stdout).toBe('valid\n');
    }
    expect((await again.recall('Quetzal Zubrowka cat dog', { ...patient, depth: 'deep' })).items).toEqual([]);
  });
});
