import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { verifyConsistency, verifyInclusion, type InclusionProof } from '../proof/mountain-range-proof.js';
import { userKey } from '../user-id.js';
import { everything, LogFolder, noise, say, sayAll } from './log.test-helper.js';

let folder: LogFolder;

beforeEach(async () => {
  folder = await LogFolder.make();
});

afterEach(async () => {
  await folder.remove();
});

const anna = userKey('anna');
const ben = userKey('ben-the-second-of-his-name');
const texts = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `${i + from}: ${noise(`talk ${i + from}`)}`);

describe('a log with sealed segments', () => {
  it('reads the same before and after sealing, one turn or many, here and elsewhere', async () => {
    const log = await folder.open();
    const other = await folder.open();
    await sayAll(log, anna, texts(1000));
    const before = everything(log, anna);
    expect(other.turn(anna, 1)?.text).toBe(texts(1)[0]);
    await log.settle();
    expect(log.head(anna)).toMatchObject({ sealed: 768, next: 1001, turns: 1000 });
    for (const one of [log, other]) {
      expect(everything(one, anna)).toEqual(before);
      expect([1, 256, 257, 768, 769, 1000].map((id) => one.turn(anna, id))).toEqual(
        [1, 256, 257, 768, 769, 1000].map((id) => before[id - 1]),
      );
      expect(one.range(anna, 700, 900, 150)).toEqual(before.slice(699, 849));
      expect([0, 1001, 1.5, -1].map((id) => one.turn(anna, id))).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
    await sayAll(other, anna, texts(600, 1000));
    await other.settle();
    log.refresh();
    expect(log.head(anna)?.sealed).toBe(1536);
    expect(everything(log, anna).map(({ text }) => text)).toEqual(texts(1600));
  });

  it('seals while turns pour in', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(4000));
    while ((log.head(anna)?.sealed ?? 0) < 2048) await new Promise((resolve) => setImmediate(resolve));
    expect(everything(log, anna).map(({ text }) => text)).toEqual(texts(4000));
  });

  it('says a number before the turn is stored', async () => {
    const log = await folder.open();
    const accepted = [log.enqueue(anna, say('a')), log.enqueue(anna, say('b')), log.enqueue(ben, say('c'))];
    expect(accepted.map(({ expectedTurnId }) => expectedTurnId)).toEqual([1, 2, 1]);
    expect(await Promise.all(accepted.map(({ stored }) => stored))).toEqual([1, 2, 1]);
    expect(log.enqueue(anna, say('d')).expectedTurnId).toBe(3);
  });

  it('keeps id and importance', async () => {
    const log = await folder.open();
    await log.append(anna, { ...say('hello'), id: 'D1:3', importance: 0.75 });
    expect(log.turn(anna, 1)).toEqual({ turnId: 1, ...say('hello'), id: 'D1:3', importance: 0.75 });
  });

  it('keeps any text: NUL, lone surrogates, a megabyte, a clock that jumps back', async () => {
    const log = await folder.open();
    const odd = ['\0nul\0', '\ud83d', '\udc36x', 'שלום', '👩‍👩‍👧', noise('mega', 1e6), ''];
    for (const [i, text] of odd.entries()) await log.append(anna, say(text, 1e12 - 1e9 * i));
    await sayAll(log, anna, texts(256));
    await log.settle();
    expect(log.head(anna)?.sealed).toBe(256);
    expect(everything(log, anna).slice(0, odd.length)).toEqual(
      odd.map((text, i) => ({ turnId: i + 1, ...say(text, 1e12 - 1e9 * i) })),
    );
  });

  it('proves any turn against 32 bytes, and that it only ever grew', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(300));
    const early = log.proofHead(anna);
    await sayAll(log, anna, texts(500, 300));
    await log.settle();
    const head = log.proofHead(anna);
    expect(head).toHaveLength(32);
    for (const turnId of [1, 17, 256, 257, 800]) {
      const proof = log.proofOf(anna, turnId);
      expect(proof).toMatchObject({ turnId, head: head.toString('hex') });
      expect(verifyInclusion(head, proof as unknown as InclusionProof)).toBe(true);
      expect(verifyInclusion(early, proof as unknown as InclusionProof)).toBe(false);
    }
    expect(log.proofOf(anna, 801)).toBeUndefined();
    expect(verifyConsistency(early, head, log.growthOf(anna, 300)!)).toBe(true);
    expect(await log.verify(anna)).toEqual({ ok: true, turns: 800, head: head.toString('hex'), damaged: [] });
  });

  it('still proves the others when turns are forgotten, sealed or not', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(600));
    await log.settle();
    const head = log.proofHead(anna);
    expect(await log.remove(anna, [17, 300, 550, 17, 9999])).toBe(3);
    expect(await log.remove(anna, [17])).toBe(0);
    expect(log.proofHead(anna)).toEqual(head);
    expect(await log.verify(anna)).toMatchObject({ ok: true, turns: 597 });
    for (const turnId of [16, 17, 550, 600]) {
      const proof = log.proofOf(anna, turnId) as unknown as InclusionProof;
      expect(verifyInclusion(head, proof)).toBe(true);
      expect('record' in proof).toBe(![17, 550].includes(turnId));
    }
    expect(everything(log, anna)).toHaveLength(597);
  });

  it('leaves no byte of what is forgotten in any file, packed or not', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(700));
    await sayAll(log, ben, texts(300, 5000));
    // Two and three are there before and after sealing, and in the archive.
    for (const user of [anna, ben])
      await log.side('facts').put(user, [[5, Buffer.from(`fact ${noise('fact of 5')}`)]]);
    await log.settle();
    const secrets = [5, 200, 690].map((id) => noise(`talk ${id - 1}`));
    for (const secret of secrets) expect(await folder.filesWith(secret.slice(0, 40))).not.toEqual([]);
    const packed = (await folder.filesWith(secrets[0]!.slice(0, 40))).filter((file) =>
      file.startsWith('archive'),
    );
    expect(packed).toHaveLength(1);

    expect(await log.remove(anna, [5, 200, 690])).toBe(3);
    for (const secret of secrets) {
      for (let at = 0; at + 8 <= secret.length; at += 8)
        expect(await folder.filesWith(secret.slice(at, at + 8))).toEqual([]);
    }
    expect(log.side('facts').get(anna, 5)).toBeUndefined();
    expect(log.side('facts').get(ben, 5)?.toString()).toBe(`fact ${noise('fact of 5')}`);
    expect(everything(log, anna)).toHaveLength(697);

    const bens = [1, 299].map((id) => noise(`talk ${5000 + id - 1}`).slice(0, 24));
    expect(await log.removeUser(ben)).toBe(300);
    for (const secret of [...bens, noise('fact of 5').slice(0, 24), ben.id])
      expect(await folder.filesWith(secret)).toEqual([]);
    expect((await folder.files()).filter((file) => file.includes(ben.prefix.toString('hex')))).toEqual([]);
    expect(await log.verify(anna)).toMatchObject({ ok: true, turns: 697 });
  });

  it('forgets a user of many segments', async () => {
    const log = await folder.open();
    await sayAll(log, anna, texts(3000));
    await log.settle();
    expect(await log.removeUser(anna)).toBe(3000);
    expect(log.users()).toEqual([]);
    expect(await folder.filesWith(noise('talk 77').slice(0, 20))).toEqual([]);
    expect(await log.append(anna, say('again'))).toBe(1);
    expect(await log.verify(anna)).toMatchObject({ ok: true, turns: 1 });
  });
});

describe('side tables', () => {
  it('hold values by turn, in order, and take none for a turn that is not there', async () => {
    const log = await folder.open();
    const facts = log.side('facts');
    await sayAll(log, anna, texts(300));
    await log.settle();
    await log.remove(anna, [2, 299]);
    const value = (id: number): Buffer => Buffer.from(`value ${id}`);
    await facts.put(
      anna,
      [0, 1, 2, 3, 298, 299, 300, 301].map((id) => [id, value(id)] as const),
    );
    const there = [0, 1, 3, 298, 300].map((id) => [id, value(id)]);
    expect([...facts.range(anna, 0, Infinity)]).toEqual(there);
    expect([...facts.range(anna, 1, 298)]).toEqual(there.slice(1, 3));
    await facts.put(anna, [
      [3, undefined],
      [1, Buffer.from('new')],
    ]);
    expect([facts.get(anna, 1)?.toString(), facts.get(anna, 3)]).toEqual(['new', undefined]);
    expect([...log.side('vectors').range(anna, 0, Infinity)]).toEqual([]);
    await facts.put(ben, [[0, value(0)]]);
    expect(facts.get(ben, 0)).toBeUndefined();
    await log.removeUser(anna);
    expect([...facts.range(anna, 0, Infinity)]).toEqual([]);
  });
});
