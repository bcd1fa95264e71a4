import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { DoorBed } from './door-bed.test-helper.js';
import { repairMemory, type UserMemory } from './memory.js';

const dayMs = 86_400_000;
const patient = { deadlineMs: 1e6 };
let bed: DoorBed;

beforeEach(async () => (bed = await DoorBed.make()));
afterEach(() => bed.remove());

it('knows facts, meaning and uses again when its database was deleted and built anew', async () => {
  const memory = await bed.open({ embed: bed.embed });
  const user = memory.user('anna');
  const texts = [
    "My dog's name is Potola.",
    'The weather turned grey over the hills of Norway.',
    'The wind turned grey over the hills of Norway.',
    'I live in Oslo.',
  ];
  for (const text of texts) await user.remember({ role: 'user', text });
  await user.warmUp();
  await user.reinforce!(Array<number>(20).fill(2));
  bed.nowMs += 8 * dayMs;
  const words = async (of: UserMemory, what: string): Promise<number> => {
    const { items } = await of.recall(what, { ...patient, escalate: false, maxItems: 1 });
    return items[0]?.line.split(' ').length ?? 0;
  };
  const [used, unused] = [await words(user, 'weather'), await words(user, 'wind')];
  expect(used).toBeGreaterThan(unused);
  const facts = await user.facts();
  expect(facts.map(({ value }) => value)).toEqual(['Potola', 'Oslo']);
  await memory.close();

  await rm(join(bed.dataDir, 'memory', 'log.mdb'));
  expect(await repairMemory({ dataDir: bed.dataDir })).toMatchObject({ ok: true, rebuiltDatabase: true });
  bed.embedded.length = 0;
  const again = (await bed.open({ embed: bed.embed })).user('anna');
  await again.warmUp();
  // Derived again: each turn is embedded once more, and each fact read out of its turn.
  expect([...bed.embedded].sort()).toEqual([...texts].sort());
  expect(await again.stats()).toMatchObject({ turns: 4, vectors: 4 });
  expect(await again.facts()).toEqual(facts);
  // Not derived: as often used as before.
  expect([await words(again, 'weather'), await words(again, 'wind')]).toEqual([used, unused]);
});
