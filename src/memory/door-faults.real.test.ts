import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DoorBed } from './door-bed.test-helper.js';
import type { StoredTurn, UserMemory } from './memory.js';

const dayMs = 86_400_000;
const patient = { deadlineMs: 1e6 };
/** `SLOWCAT_KILLS` processes are killed; the suite takes a few, a release more. */
const kills = Number(process.env['SLOWCAT_KILLS'] ?? 4);
let bed: DoorBed;

beforeEach(async () => (bed = await DoorBed.make()));
afterEach(() => bed.remove());

async function all(user: UserMemory): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for await (const turn of user.export()) turns.push(turn);
  return turns;
}

/** Runs a script in a process of its own with `memory` open on the bed's folder, and `print` for lines. */
function child(script: string): {
  lines: string[];
  over: Promise<unknown>;
  kill: () => void;
  more: () => Promise<unknown>;
} {
  const whole = `
    const { openMemory } = await import(${JSON.stringify(new URL('./memory.ts', import.meta.url).href)});
    const { bagOfWords } = await import(${JSON.stringify(new URL('./door-bed.test-helper.ts', import.meta.url).href)});
    const embed = (texts) => Promise.resolve(texts.map(bagOfWords));
    const print = (line) => process.stdout.write(line + '\\n');
    const memory = await openMemory({ dataDir: ${JSON.stringify(bed.dataDir)}, embed });
    ${script}
  `;
  const running = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', whole], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: running.stdout });
  reader.on('line', (line) => lines.push(line));
  return {
    lines,
    over: Promise.all([once(running, 'exit'), once(reader, 'close')]),
    kill: () => void running.kill('SIGKILL'),
    more: () => once(running.stdout, 'data'),
  };
}

describe('a memory that is told strange things', () => {
  it('keeps and finds any text, and a megabyte holds nobody up', async () => {
    const memory = await bed.open({ embed: bed.embed });
    const user = memory.user('anna');
    const strange = [
      'My dog\0s name is \0Potola\0.',
      'half \ud800 a \udc00 cat',
      'The 🐈‍⬛ cat and the 👨‍👩‍👧 family',
      'הכלב שלי נקרא פוטולה \u202e txet',
      `boulder ${'lorem ipsum dolor '.repeat(60_000)}`,
      `x${'\u0301'.repeat(2000)} zalgo`,
      'a'.repeat(300_000),
    ];
    for (const text of strange)
      expect(await user.remember({ role: 'user', text })).toMatchObject({ stored: true });
    expect((await all(user)).map(({ text }) => text)).toEqual(strange);
    await Promise.all([user.warmUp(), user.facts()]);
    for (const [i, query] of ['potola', 'half cat', 'family', 'פוטולה', 'boulder', 'zalgo'].entries()) {
      const { items, tokens } = await user.recall(query, patient);
      expect(items.map(({ turnId }) => turnId)).toContain(i + 1);
      expect(tokens).toBeLessThanOrEqual(1024);
    }
    for (const query of [...strange, '', '\0', '\ud800'])
      await user.recall(query, { ...patient, depth: 'deep' });
    expect(await user.verify()).toMatchObject({ ok: true, turns: strange.length });
    await memory.close();
    const again = (await bed.open()).user('anna');
    expect((await all(again)).map(({ text }) => text)).toEqual(strange);
    await again.facts();
  });

  it('takes a clock that jumps back for what it is', async () => {
    const user = (await bed.open()).user('anna');
    const texts = ['I live in Bergen.', 'I moved to Oslo.', 'I moved to Rome.'];
    for (const [i, text] of texts.entries()) {
      bed.nowMs += [0, 400, -800][i]! * dayMs;
      await user.remember({ role: 'user', text });
    }
    expect((await user.facts()).map(({ value }) => value)).toEqual(['Rome']);
    for (const { validFromMs, validToMs = Infinity } of await user.facts({ history: true }))
      expect(validToMs).toBeGreaterThanOrEqual(validFromMs);
    const { items, block } = await user.recall('Where do I live?', { ...patient, escalate: false });
    expect(items.map(({ text }) => text)).toContain('I moved to Rome.');
    expect(block).not.toMatch(/NaN|Infinity|undefined/);
    await user.reinforce!([1, 2, 3]);
    bed.nowMs += 1000 * dayMs;
    expect((await user.recall('Where do I live?', { ...patient, depth: 'deep' })).items).not.toEqual([]);
    expect((await all(user)).map(({ turnId }) => turnId)).toEqual([1, 2, 3]);
  });
});

describe('a memory whose embedder fails', () => {
  it.each([
    ['throws at once', (): Promise<never> => { throw new Error('broken'); }], // prettier-ignore
    ['rejects', (): Promise<never> => Promise.reject(new Error('broken'))],
    ['hangs', (): Promise<never> => new Promise(() => undefined)],
    ['gives too little', (): Promise<Float32Array[]> => Promise.resolve([])],
    ['gives nonsense', (): Promise<Float32Array[]> => Promise.resolve([new Float32Array(3).fill(NaN)])],
  ])('answers by words in time, and counts it, when it %s', async (_what, broken) => {
    const working = await bed.open({ embed: bed.embed });
    const texts = ['The boat needs paint.', 'Cherries are ripe.', 'A letter came.'];
    for (const text of texts) await working.user('anna').remember({ role: 'user', text });
    await working.user('anna').warmUp();
    await working.close();

    const memory = await bed.open({ embed: broken });
    const user = memory.user('anna');
    await user.knownNames();
    for (let i = 0; i < 10; i++) {
      const deadlineMs = 60;
      const { items, tookMs } = await user.recall('Is the boat painted?', { deadlineMs });
      expect(items[0]?.text).toBe('The boat needs paint.');
      // As long as the embedder may take, plus what a busy machine adds.
      expect(tookMs).toBeLessThan(deadlineMs + 500);
    }
    expect(await user.stats()).toMatchObject({ recalls: 10, unembeddedRecalls: 10, vectors: 3 });
    expect(await user.remember({ role: 'user', text: 'It rains.' })).toMatchObject({ stored: true });
    await memory.close();

    const mended = (await bed.open({ embed: bed.embed })).user('anna');
    await mended.warmUp();
    expect(await mended.stats()).toMatchObject({ turns: 4, vectors: 4 });
  });
});

describe('two processes on one memory', () => {
  it('remember, recall and forget at once, and agree in the end', { timeout: 60_000 }, async () => {
    const writes = (name: string): string => `
      const user = memory.user('anna');
      for (let i = 0; i < 60; i++) {
        const text = i % 10 === 0 ? 'My ' + ['cat', 'dog', 'horse', 'parrot', 'goat', 'pony'][i / 10] + " is called ${name}." : '${name} note ' + i;
        const { turnId } = await user.remember({ role: 'user', text });
        print(turnId + ' ' + text);
        if (i % 5 === 0) await user.recall('${name} note', { deadlineMs: 50 });
        if (i % 7 === 0) await user.facts();
        if (i % 20 === 19) await user.forget({ turnIds: [turnId] });
      }
      await user.warmUp();
      await memory.close();
    `;
    const children = [child(writes('Alpha')), child(writes('Beta'))];
    await Promise.all(children.map(({ over }) => over));
    const said = children.flatMap(({ lines }) => lines);
    expect(said).toHaveLength(120);
    const memory = await bed.open({ embed: bed.embed });
    const user = memory.user('anna');
    const left = (await all(user)).map(({ turnId, text }) => `${turnId} ${text}`);
    const forgotten = said.filter((line) => / note (?:19|39|59)$/.test(line));
    expect(left.sort()).toEqual(said.filter((line) => !forgotten.includes(line)).sort());
    expect(await user.verify()).toMatchObject({ ok: true, turns: 114 });
    expect((await user.facts()).map(({ value }) => value).sort()).toEqual([
      ...Array<string>(6).fill('Alpha'),
      ...Array<string>(6).fill('Beta'),
    ]);
    expect(await bed.filesWith('Alpha note 19', 'Beta note 39')).toEqual([]);
    await user.warmUp();
    expect(await user.stats()).toMatchObject({ turns: 114, vectors: 114 });
  });
});

describe('a memory that is killed', () => {
  it(
    `loses nothing acknowledged and derives the rest alike, killed ${kills} times`,
    { timeout: 300_000 },
    async () => {
      const writer = `
      const user = memory.user('anna');
      const kinds = ['cat', 'dog', 'horse', 'parrot', 'goat', 'pony'];
      for (let i = 0; ; i++) {
        const name = 'N' + process.pid + 'x' + 'abcdefghij'[i % 10] + 'abcdefghij'[Math.floor(i / 10) % 10];
        const text = 'My ' + kinds[i % 6] + ' is called ' + name + '.';
        const { turnId } = await user.remember({ role: 'user', text });
        print('said ' + turnId + ' ' + text);
        if (i % 4 === 1) void user.facts();
        if (i % 6 === 2) void user.warmUp();
        if (i % 5 === 3) void user.reinforce([turnId]);
        if (i % 9 === 8) {
          print('forgets ' + (turnId - 3));
          await user.forget({ turnIds: [turnId - 3] });
          print('forgot ' + (turnId - 3));
        }
      }
    `;
      const said = new Map<number, string>();
      const forgets = new Set<number>();
      const forgot = new Set<number>();
      for (let kill = 0; kill < kills; kill++) {
        const running = child(writer);
        const wanted = 3 + ((kill * 37) % 50);
        while (running.lines.length < wanted) await running.more();
        await setTimeout(kill % 4);
        running.kill();
        await running.over;
        for (const line of running.lines) {
          const [what, turnId, ...text] = line.split(' ');
          if (what === 'said') said.set(Number(turnId), text.join(' '));
          if (what === 'forgets') forgets.add(Number(turnId));
          if (what === 'forgot') forgot.add(Number(turnId));
        }
      }
      const memory = await bed.open({ embed: bed.embed });
      const user = memory.user('anna');
      const turns = await all(user);
      const texts = new Map(turns.map(({ turnId, text }) => [turnId, text]));
      for (const [turnId, text] of said)
        if (!forgets.has(turnId)) expect([turnId, texts.get(turnId)]).toEqual([turnId, text]);
      for (const turnId of forgot) expect(texts.has(turnId)).toBe(false);
      expect(await user.verify()).toMatchObject({ ok: true, turns: turns.length });
      await user.warmUp();
      expect(await user.stats()).toMatchObject({ turns: turns.length, vectors: turns.length });

      // What was derived in pieces is what another memory derives from the same turns at once.
      const other = memory.user('ben');
      const byTurn = new Map<number, number>();
      for (const { turnId, ...turn } of turns) {
        const done = await other.remember(turn);
        if (done.stored) byTurn.set(turnId, done.turnId);
      }
      const expected = (await other.facts({ history: true })).map(({ line, sourceTurn }) => [
        line,
        sourceTurn,
      ]);
      const derived = await user.facts({ history: true });
      expect(derived.map(({ line, sourceTurn }) => [line, byTurn.get(sourceTurn)])).toEqual(expected);
      const gone = [...forgot].flatMap((turnId) => said.get(turnId)?.match(/N\w+/)?.[0] ?? []);
      expect(await bed.filesWith(...gone)).toEqual([]);
    },
  );
});
