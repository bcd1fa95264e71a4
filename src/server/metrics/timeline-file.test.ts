import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnRecord } from '../../processors/metrics/session-timeline.js';
import { TimelineFile } from './timeline-file.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slowcat-timeline-'));
});
afterEach(() => rm(dir, { recursive: true }));

const turn: TurnRecord = {
  turn: 1,
  kind: 'typed',
  startMs: 1,
  userStoppedMs: null,
  askedMs: 1,
  botStartedMs: null,
  botStoppedMs: null,
  outcome: 'unanswered',
  stages: null,
  tokens: null,
  recall: null,
  errors: [],
};
const totals = { durationMs: 9, interruptions: 0, audioInBytes: 0, audioOutBytes: 0 };

const fileIn = (folder: string, failures: unknown[] = [], sessionId = 'one') =>
  new TimelineFile({
    dir: folder,
    sessionId,
    startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    words: false,
    onFailure: (error) => failures.push(error),
  });

describe('TimelineFile', () => {
  it('is one JSON object with a turn a line, for its user alone', async () => {
    const file = fileIn(join(dir, 'new'));
    file.turn(turn);
    file.turn({ ...turn, turn: 2 });
    file.end(totals);
    await file.done();
    const text = await readFile(file.path, 'utf8');
    expect(JSON.parse(text)).toEqual({
      kind: 'slowcat-timeline',
      version: 1,
      session: 'one',
      startedAt: '2026-01-02T03:04:05.006Z',
      words: false,
      turns: [turn, { ...turn, turn: 2 }],
      totals,
    });
    expect(text.split('\n')).toHaveLength(5);
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('is JSON without a turn, too', async () => {
    const file = fileIn(dir);
    file.end(totals);
    await file.done();
    expect(JSON.parse(await readFile(file.path, 'utf8'))).toMatchObject({ turns: [], totals });
  });

  it('stays in its folder whatever the session is called', async () => {
    await fileIn(dir, [], '../../x y').done();
    expect(await readdir(dir)).toEqual(['2026-01-02T03-04-05-006Z-______x_y.json']);
  });

  it('says once that it cannot be written, and lets the session go on', async () => {
    await writeFile(join(dir, 'taken'), '');
    const failures: unknown[] = [];
    const file = fileIn(join(dir, 'taken'), failures);
    file.turn(turn);
    file.end(totals);
    await file.done();
    expect(failures).toHaveLength(1);
  });

  it('writes over no other file', async () => {
    const failures: unknown[] = [];
    await fileIn(dir).done();
    await fileIn(dir, failures).done();
    expect(failures).toMatchObject([{ code: 'EEXIST' }]);
  });
});
