import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { repairLog } from '../recovery/repair.js';
import { userKey } from '../user-id.js';
import { startChild, type Child } from './child.test-helper.js';
import { format1Text, writeFormat1 } from './format-1.test-helper.js';
import { byHand, everything, LogFolder } from './log.test-helper.js';
import { rollBack } from './migrate.js';

/** `SLOWCAT_KILLS` processes are killed while they migrate; the suite takes a few, a release more. */
const kills = Number(process.env['SLOWCAT_KILLS'] ?? 24);
/** So many run at once, each on a memory of its own: most of their time they start. */
const lanes = 3;
const turns = 2000;
const anna = userKey('anna');
const old = Array.from({ length: turns }, (_, i) => i + 1)
  .filter((turnId) => turnId % 100 !== 0)
  .map((turnId) => [turnId, format1Text(turnId)] as const);

let folders: LogFolder[];

beforeEach(async () => {
  folders = await Promise.all(Array.from({ length: lanes }, () => LogFolder.make()));
});

afterEach(async () => {
  await Promise.all(folders.map((folder) => folder.remove()));
});

/**
 * Opens, which migrates, then says things until it is killed. Ends itself by SIGKILL before the given one of its calls
 * that add, move or remove files.
 */
const migrator = (fatalStep: number): string => `
  const { default: fs } = await import('node:fs');
  const { syncBuiltinESMExports } = await import('node:module');
  let step = 0;
  for (const name of ['link', 'copyFile', 'rename', 'rm', 'open', 'writeFile']) {
    const real = fs.promises[name];
    fs.promises[name] = (...args) => {
      if (step++ === ${fatalStep}) process.kill(process.pid, 'SIGKILL');
      return real(...args);
    };
  }
  syncBuiltinESMExports();
  print('begins');
  const begin = performance.now();
  const log = await open();
  print('opened ' + Math.ceil(performance.now() - begin) + ' ' + step);
  for (let i = 0; ; i++) {
    const text = 'said ' + i + ' by ' + process.pid;
    print('said ' + (await log.append(anna, { role: 'user', text, atMs: i })) + ' ' + text);
  }
`;

async function until(child: Child, what: string): Promise<string> {
  for (;;) {
    const line = child.lines.find((each) => each.startsWith(what));
    if (line !== undefined) return line;
    await once(child.process.stdout!, 'data');
  }
}

it(
  `loses nothing of the old format, going on or rolled back, killed ${kills} times in the middle`,
  { timeout: 1_200_000 },
  async () => {
    const database = (folder: LogFolder): string => join(folder.path, 'log.mdb');
    await Promise.all(folders.map((folder) => writeFormat1(folder.path, 'anna', turns)));
    const pristine = await Promise.all(folders.map((folder) => readFile(database(folder))));
    const kept = (folder: LogFolder): string => `${folder.path}.kept`;
    await Promise.all(folders.map((folder) => copyFile(database(folder), kept(folder))));

    // How long it takes, and in how many steps, undisturbed.
    const whole = startChild(folders[0]!.path, migrator(Infinity));
    const [, ms, steps] = (await until(whole, 'opened')).split(' ').map(Number);
    whole.process.kill('SIGKILL');
    await whole.over;
    expect(steps).toBeGreaterThan(5);

    const found = { old: 0, new: 0, killedBeforeOpen: 0 };
    await Promise.all(
      folders.map(async (folder, lane) => {
        const reset = async (): Promise<void> => {
          await rm(folder.path, { recursive: true });
          await mkdir(folder.path);
          await copyFile(kept(folder), database(folder));
        };
        await reset();
        let said: (readonly [number, string])[] = [];
        for (let kill = lane; kill < kills; kill += lanes) {
          const round = Math.floor(kill / lanes);
          // One time at a step, from the first to none at all, the other time at any moment until a little after the end.
          const byStep = round % 2 === 0;
          const atSteps = Math.ceil(kills / lanes / 2) * lanes;
          const fatalStep = Math.round((((round / 2) * lanes + lane) / (atSteps - 1)) * (steps! + 1));
          const child = startChild(folder.path, migrator(byStep ? fatalStep : Infinity));
          await until(child, 'begins');
          if (byStep) await Promise.race([child.over, until(child, 'said')]);
          else await setTimeout((ms! * 1.3 * ((kill * 29) % 60)) / 60);
          child.process.kill('SIGKILL');
          await child.over;
          if (!child.lines.some((line) => line.startsWith('opened'))) found.killedBeforeOpen++;
          for (const line of child.lines) {
            const [, turnId, ...text] = line.split(' ');
            if (line.startsWith('said ')) said.push([Number(turnId), text.join(' ')]);
          }
          const stands = await readFile(database(folder));
          found[stands.equals(pristine[lane]!) ? 'old' : 'new']++;
          // Killed again where it was killed.
          if (round % 3 === 2) continue;
          if (round % 3 === 1) {
            await rollBack(folder.path);
            expect((await readFile(database(folder))).equals(pristine[lane]!)).toBe(true);
            said = [];
          }
          const log = await folder.open();
          const texts = new Map(everything(log, anna).map(({ turnId, text }) => [turnId, text]));
          expect([...texts].slice(0, old.length)).toEqual(old);
          for (const [turnId, text] of said) expect([turnId, texts.get(turnId)]).toEqual([turnId, text]);
          // The last one may have been stored without its acknowledgement being heard, once a kill.
          expect(texts.size).toBeLessThanOrEqual(old.length + said.length + 2);
          expect(await log.verify(anna)).toMatchObject({ ok: true, damaged: [] });
          const head = log.proofHead(anna).toString('hex');
          await log.close();
          const files = (await folder.files()).filter((file) => !file.startsWith('archive'));
          expect(files.filter((file) => /\.new|\.part|^open/.test(file))).toEqual([]);
          if (round % 6 === 0) {
            await rm(database(folder));
            expect(await repairLog(folder.path, folder.newEpoch, byHand)).toMatchObject({ ok: true });
            const repaired = await folder.open();
            expect(repaired.proofHead(anna).toString('hex')).toBe(head);
            await repaired.close();
          }
          await reset();
          said = [];
        }
      }),
    );
    // Kills that all came too early or too late would show nothing.
    expect(found.old).toBeGreaterThan(kills / 10);
    expect(found.new).toBeGreaterThan(0);
    expect(found.killedBeforeOpen).toBeGreaterThan(kills / 4);
  },
);
