import { deepStrictEqual } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  openMemory,
  type MaintainedMemory,
  type MemoryOptions,
  type StoredTurn,
  type Turn,
  type UserMemory,
} from './memory.js';

let dataDir: string;
let memories: MaintainedMemory[];

async function open(options: Partial<MemoryOptions> = {}): Promise<MaintainedMemory> {
  const memory = await openMemory({ dataDir, ...options });
  memories.push(memory);
  return memory;
}

async function all(user: UserMemory): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for await (const turn of user.export()) turns.push(turn);
  return turns;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'slowcat-memory-'));
  memories = [];
});

afterEach(async () => {
  await Promise.all(memories.map((memory) => memory.close()));
  await rm(dataDir, { recursive: true, force: true });
});

describe('the door of the memory', () => {
  it('gives back 10,000 random turns exactly, over a restart and over export and import', async () => {
    const turn = fc.record(
      {
        role: fc.constantFrom('user' as const, 'assistant' as const),
        text: fc
          .oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }))
          .map((text) => `.${text}`),
        atMs: fc.integer({ min: 0, max: 4e12 }),
        speaker: fc.string({ unit: 'grapheme', maxLength: 8 }),
        session: fc.string({ maxLength: 8 }),
        interrupted: fc.constant(true as const),
      },
      { requiredKeys: ['role', 'text', 'atMs'], noNullPrototype: true },
    );
    // Making strings takes longer than storing them: each comes five times, at another time.
    const drawn: Turn[] = fc.sample(turn, { numRuns: 2000, seed: 17 });
    const turns = Array.from({ length: 5 }, (_, i) =>
      drawn.map((one) => ({ ...one, atMs: (one.atMs ?? 0) + i })),
    ).flat();
    const first = await open();
    await Promise.all(turns.slice(0, drawn.length).map((one) => first.user('anna').remember(one)));
    await first.user('anna').importTurns(turns.slice(drawn.length));
    await first.close();

    const second = await open();
    const exported = await all(second.user('anna'));
    // Node compares ten thousand in a fraction of the time that the assertion takes.
    deepStrictEqual(
      exported,
      turns.map((one, i) => ({ turnId: i + 1, ...one })),
    );
    const lines = exported.slice(-drawn.length).map((one) => JSON.stringify(one));
    await Promise.all(lines.map((line) => second.user('copy').remember(JSON.parse(line) as Turn)));
    const numberless = ({ turnId: _, ...one }: StoredTurn): Omit<StoredTurn, 'turnId'> => one;
    expect((await all(second.user('copy'))).map(numberless)).toEqual(
      lines.map((line) => numberless(JSON.parse(line) as StoredTurn)),
    );
  }, 60_000);

  it('never lets one user near another, also when ids begin alike', async () => {
    const ids = [
      'a',
      'ab',
      'abc',
      'a.b',
      'a:b',
      'A',
      'a+',
      '1',
      '11',
      'default',
      'x'.repeat(127),
      'x'.repeat(128),
    ];
    const action = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ id: fc.constantFrom(...ids), what: fc.constant('remember' as const) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ id: fc.constantFrom(...ids), what: fc.constant('recall' as const) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          id: fc.constantFrom(...ids),
          what: fc.constantFrom('forget one' as const, 'forget all' as const),
        }),
      },
    );
    const memory = await open({ maxIndexedUsers: 3 });
    const model = new Map<string, string[]>();
    let counter = 0;
    const check = async (id: string): Promise<void> => {
      const mine = model.get(id) ?? [];
      const { items } = await memory
        .user(id)
        .recall('Who likes pineapple?', { deadlineMs: 1e6, maxItems: 100, budgetTokens: 1e6 });
      expect(items.map(({ text }) => text).sort()).toEqual([...mine].sort());
    };
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 12 }), async (actions) => {
        for (const { id, what } of actions) {
          const mine = model.get(id) ?? [];
          const user = memory.user(id);
          if (what === 'remember') {
            const text = `Number ${counter++} likes pineapple.`;
            await user.remember({ role: 'user', text });
            model.set(id, [...mine, text]);
          } else if (what === 'recall') {
            await check(id);
          } else if (what === 'forget all') {
            expect(await user.forget({ all: true })).toBe(mine.length);
            model.delete(id);
          } else {
            const victim = mine[0] ?? 'nothing at all';
            expect(await user.forget({ containing: victim })).toBe(mine.length > 0 ? 1 : 0);
            model.set(id, mine.slice(1));
          }
        }
        for (const id of ids)
          expect((await all(memory.user(id))).map(({ text }) => text)).toEqual(model.get(id) ?? []);
      }),
      { numRuns: 12 },
    );
    for (const id of ids) await check(id);
  });

  it('refuses what it gave out itself, and emptiness, and counts both', async () => {
    const user = (await open()).user('anna');
    expect(
      await user.remember({ role: 'user', text: '[Memory Context - 1 item]:\n- today, user: x' }),
    ).toEqual({
      stored: false,
      reason: 'injected-context',
    });
    expect(await user.remember({ role: 'user', text: ' \n\u200b' })).toEqual({
      stored: false,
      reason: 'empty',
    });
    expect(await user.stats()).toMatchObject({ turns: 0, refused: 2 });
  });

  it('stamps turns with the clock unless they say when they were said', async () => {
    const user = (await open({ nowMs: () => 77 })).user('anna');
    await user.remember({ role: 'user', text: 'now' });
    await user.remember({ role: 'user', text: 'then', atMs: 5, interrupted: false });
    expect(await all(user)).toStrictEqual([
      { turnId: 1, role: 'user', text: 'now', atMs: 77 },
      { turnId: 2, role: 'user', text: 'then', atMs: 5 },
    ]);
  });

  it('forgets by number, text, time or altogether', async () => {
    const memory = await open();
    const user = memory.user('anna');
    for (let i = 1; i <= 9; i++)
      await user.remember({ role: 'user', text: `Note ${i} of Potola`, atMs: i * 100 });
    expect(await user.forget({ turnIds: [1, 1, 50] })).toBe(1);
    expect(await user.forget({ containing: 'NOTE 2 OF' })).toBe(1);
    expect(await user.forget({ fromMs: 300, untilMs: 400 })).toBe(2);
    expect(await user.forget({ untilMs: 500 })).toBe(1);
    expect(await user.forget({ containing: '' })).toBe(0);
    expect(await user.forget({})).toBe(0);
    expect((await all(user)).map(({ turnId }) => turnId)).toEqual([6, 7, 8, 9]);
    const { items } = await user.recall('Potola note', { deadlineMs: 1e6 });
    expect(items.map(({ turnId }) => turnId).sort()).toEqual([6, 7, 8, 9]);
    expect(await user.remember({ role: 'user', text: 'next' })).toEqual({ stored: true, turnId: 10 });
    expect(await user.forget({ all: true })).toBe(5);
    expect(await memory.users()).toEqual([]);
    expect((await user.recall('Potola')).items).toEqual([]);
    expect(await user.knownNames()).toEqual([]);
  });

  it('sees at once what another memory on the same folder writes and forgets', async () => {
    const one = (await open()).user('anna');
    const two = (await open()).user('anna');
    await one.remember({ role: 'user', text: 'My dog is called Potola.' });
    const ask = async (): Promise<number[]> =>
      (await two.recall('dog', { deadlineMs: 1e6 })).items.map(({ turnId }) => turnId);
    expect(await ask()).toEqual([1]);
    await one.remember({ role: 'user', text: 'The dog barks.' });
    expect((await ask()).sort()).toEqual([1, 2]);
    await one.forget({ turnIds: [1] });
    expect(await ask()).toEqual([2]);
    await one.forget({ all: true });
    await one.remember({ role: 'user', text: 'No cat, but a dog.' });
    expect(await ask()).toEqual([1]);
  });

  it('closes once, finishes open writes and is closed from then on', async () => {
    const memory = await open();
    const user = memory.user('anna');
    const write = user.remember({ role: 'user', text: 'last' });
    await Promise.all([memory.close(), memory.close()]);
    await expect(write).resolves.toBeDefined();
    const closed = expect.objectContaining({ code: 'SLOWCAT_MEMORY_CLOSED' }) as Error;
    expect(() => memory.user('anna')).toThrow(closed);
    await expect(user.remember({ role: 'user', text: 'x' })).rejects.toEqual(closed);
    await expect(user.recall('x')).rejects.toEqual(closed);
    await expect(user.forget({ all: true })).rejects.toEqual(closed);
    await expect(user.stats()).rejects.toEqual(closed);
    await expect(memory.users()).rejects.toEqual(closed);
    await expect(all(user)).rejects.toEqual(closed);
  });
});
