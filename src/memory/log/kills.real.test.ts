import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { repairLog } from '../recovery/repair.js';
import { userKey } from '../user-id.js';
import { startChild } from './child.test-helper.js';
import { byHand, everything, LogFolder } from './log.test-helper.js';

/** `SLOWCAT_KILLS` processes are killed; the suite takes a few, a release some hundreds. */
const kills = Number(process.env['SLOWCAT_KILLS'] ?? 18);
/** So many run at once, each on a memory of its own: most of their time they start. */
const lanes = 3;

let folders: LogFolder[];

beforeEach(async () => {
  folders = await Promise.all(Array.from({ length: lanes }, () => LogFolder.make()));
});

afterEach(async () => {
  await Promise.all(folders.map((folder) => folder.remove()));
});

/** Writes, seals, archives and forgets without pause, and prints what is acknowledged. */
const writer = `
  const log = await open();
  const first = log.head(anna)?.next ?? 1;
  const append = async (i) => {
    const text = 'said ' + i + ' by ' + process.pid;
    const turnId = await log.append(anna, { role: 'user', text, atMs: i });
    print('said ' + turnId + ' ' + text);
  };
  for (let round = 0; ; round++) {
    await Promise.all(Array.from({ length: 70 }, (_, i) => append(round * 70 + i)));
    const settled = log.settle().then(() => print('settled'));
    const old = 1 + ((first * 31 + round * 97) % (first + round * 70));
    print('forgets ' + old);
    const forgotten = round % 3 === 1 ? log.remove(anna, [old]).then(() => print('forgot ' + old)) : undefined;
    await Promise.all([settled, forgotten, append(round * 70 + 70)]);
  }
`;

it(
  `loses nothing acknowledged and brings nothing forgotten back, killed ${kills} times`,
  { timeout: 1_200_000 },
  async () => {
    const anna = userKey('anna');
    await Promise.all(
      folders.map(async (folder, lane) => {
        const said = new Map<number, string>();
        const forgotten = new Set<number>();
        const maybeForgotten = new Set<number>();
        for (let kill = lane; kill < kills; kill += lanes) {
          const child = startChild(folder.path, writer);
          // After a different number of acknowledgements each time, at whatever the writer is doing then.
          const wanted = 1 + ((kill * 37) % 230);
          while (child.lines.length < wanted) await once(child.process.stdout!, 'data');
          child.process.kill('SIGKILL');
          await child.over;
          for (const line of child.lines) {
            const [what, number, ...text] = line.split(' ');
            if (what === 'said') said.set(Number(number), text.join(' '));
            if (what === 'forgot') forgotten.add(Number(number));
            if (what === 'forgets') maybeForgotten.add(Number(number));
          }
        }
        const check = async (): Promise<string> => {
          const log = await folder.open();
          const turns = new Map(everything(log, anna).map(({ turnId, text }) => [turnId, text]));
          for (const [turnId, text] of said) {
            if (turns.get(turnId) !== text)
              expect([turnId, turns.get(turnId), maybeForgotten.has(turnId)]).toEqual([
                turnId,
                undefined,
                true,
              ]);
          }
          for (const turnId of forgotten) expect(turns.get(turnId)).toBeUndefined();
          expect(await log.verify(anna)).toMatchObject({ ok: true, damaged: [] });
          await log.settle();
          const head = log.proofHead(anna).toString('hex');
          await log.close();
          return head;
        };
        const head = await check();
        // What the killed ones have left of the archive is good as well.
        await rm(join(folder.path, 'log.mdb'));
        expect(await repairLog(folder.path, folder.newEpoch, byHand)).toMatchObject({ ok: true });
        expect(await check()).toBe(head);
      }),
    );
  },
);
