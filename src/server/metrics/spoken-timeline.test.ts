import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTimeline } from '../../cli/report/timeline.js';
import { VirtualClient, chunkOf } from '../virtual-client.test-helper.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slowcat-spoken-'));
});
afterEach(() => rm(dir, { recursive: true }));

const bytes = (loud: boolean) => new Uint8Array(chunkOf(loud).buffer);

describe('the timeline of a spoken conversation', () => {
  it('tells who was cut short, and of each turn what it took', async () => {
    const client = await VirtualClient.connect(
      { format: 'pcm' },
      { hears: ['Tell me.', 'Stop it.'], config: { timelineDir: dir, timelineWords: true } },
    );
    const say = async (loudMs: number, silentMs: number) => {
      await client.pass(loudMs, () => bytes(true));
      await client.pass(silentMs, () => bytes(false));
    };
    await say(1000, 2000);
    // The answer takes 1.7 s to speak: this goes into the middle of it.
    await say(800, 5000);
    await client.leave();
    const [name = ''] = await readdir(dir);
    const { turns, totals } = parseTimeline(await readFile(join(dir, name), 'utf8'));
    expect(turns).toMatchObject([
      { turn: 1, kind: 'spoken', outcome: 'interrupted', words: { user: 'Tell me.' } },
      { turn: 2, kind: 'spoken', outcome: 'answered', words: { user: 'Stop it.' } },
    ]);
    expect(turns[1]?.words?.bot).toBe('One two three. Four five six.');
    for (const { stages, startMs, userStoppedMs, askedMs, botStartedMs, botStoppedMs } of turns) {
      const times = [startMs, userStoppedMs, askedMs, botStartedMs, botStoppedMs];
      expect(times).toEqual(times.toSorted((a, b) => (a ?? NaN) - (b ?? NaN)));
      expect(stages).toMatchObject({ stt: 100 });
    }
    expect(totals).toMatchObject({ interruptions: 1, audioInBytes: 2 * 16 * 8800 });
    expect(totals?.audioOutBytes).toBeGreaterThan(2 * 24 * 1700);
  });
});
