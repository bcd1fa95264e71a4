import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SlowcatError } from '../../errors.js';
import { reportCommand } from '../report.js';
import { page } from './page.js';
import { percentiles, summarise } from './summary.js';
import { parseTimeline, type Timeline, type TimelineTurn } from './timeline.js';

const turn = (number: number, changes: Partial<TimelineTurn> = {}): TimelineTurn => ({
  turn: number,
  kind: 'spoken',
  startMs: 1000 * number,
  userStoppedMs: 1000 * number + 300,
  askedMs: 1000 * number + 301,
  botStartedMs: 1000 * number + 500,
  botStoppedMs: 1000 * number + 900,
  outcome: 'answered',
  stages: { total: 200 + number, endOfTurnWait: 100, ttsFirstAudio: 100 + number },
  tokens: { prompt: 10, completion: 2, cached: 5 },
  recall: { tookMs: number, late: number === 2, scores: [1.5, 0.5] },
  errors: [],
  ...changes,
});

const timeline: Timeline = {
  kind: 'slowcat-timeline',
  version: 1,
  session: 'one',
  startedAt: '2026-01-02T03:04:05.006Z',
  words: false,
  turns: [turn(1), turn(2, { outcome: 'interrupted' }), turn(3, { errors: ['SLOWCAT_ENGINE_FAILED'] })],
  totals: { durationMs: 4000, interruptions: 1, audioInBytes: 1, audioOutBytes: 2 },
};

const linesOf = ({ turns, totals, ...head }: Timeline): string =>
  `${JSON.stringify(head).slice(0, -1)},"turns":[\n${turns.map((each) => JSON.stringify(each)).join(',\n')}\n],"totals":${JSON.stringify(totals)}}\n`;

describe('parseTimeline', () => {
  it('reads what was written', () => {
    expect(parseTimeline(linesOf(timeline))).toEqual(timeline);
  });

  it('gives every whole turn of a file that was cut off, wherever', () => {
    const text = linesOf(timeline);
    const head = text.indexOf('\n');
    const lineEnds = timeline.turns.map((each) => {
      const line = JSON.stringify(each);
      return text.indexOf(line) + line.length;
    });
    for (let end = head; end < text.length - 2; end++) {
      const { turns, totals } = parseTimeline(text.slice(0, end));
      expect([end, turns.length]).toEqual([end, lineEnds.filter((lineEnd) => lineEnd <= end).length]);
      expect(totals).toBeUndefined();
    }
  });

  it.each(['', '{}', 'hello Potola', '[1]', '{"kind":"slowcat-timeline","version":2}'])(
    'refuses %j by code, without a word of it',
    (text) => {
      const refuse = () => parseTimeline(text);
      expect(refuse).toThrow(expect.objectContaining({ code: 'SLOWCAT_TIMELINE_FILE' }) as Error);
      expect(refuse).not.toThrow(/Potola/);
    },
  );
});

describe('summarise', () => {
  it('has percentiles by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentiles(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99 });
    expect(percentiles([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7 });
    expect(percentiles([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0 });
  });

  it('adds a session up', () => {
    expect(summarise(timeline)).toEqual({
      session: 'one',
      startedAt: '2026-01-02T03:04:05.006Z',
      durationMs: 4000,
      turns: 3,
      outcomes: { answered: 2, interrupted: 1, unanswered: 0 },
      stages: {
        total: { count: 3, p50: 202, p95: 203, p99: 203 },
        endOfTurnWait: { count: 3, p50: 100, p95: 100, p99: 100 },
        ttsFirstAudio: { count: 3, p50: 102, p95: 103, p99: 103 },
      },
      tokens: { prompt: 30, completion: 6, cached: 15 },
      recall: { count: 3, p50: 2, p95: 3, p99: 3, late: 1, memories: 6 },
      errors: { SLOWCAT_ENGINE_FAILED: 1 },
    });
  });
});

describe('page', () => {
  it('has a row and a bar for each turn, and asks for nothing from elsewhere', () => {
    const text = page(timeline);
    expect(text.match(/<title>TTS first audio: 10[123] ms<\/title>/g)).toHaveLength(3);
    expect(text.match(/<td class="interrupted">/g)).toHaveLength(1);
    expect(text).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import/i);
  });

  it('makes what was said harmless, and shows it only where the timeline has it', () => {
    const words = { user: '<script>alert("1")</script>', bot: "&'" };
    const session = '"><img src=x>';
    const text = page({ ...timeline, session, words: true, turns: [turn(1, { words })] });
    expect(text).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;');
    expect(text).toContain('<td>&#38;&#39;</td>');
    expect(text).not.toMatch(/<script|<img/);
    expect(page(timeline)).not.toContain('<th>user</th>');
  });

  it('is a page for a session in which nothing happened, too', () => {
    expect(page({ ...timeline, turns: [] })).toMatch(/No turn was answered[^]*Nobody spoke/);
  });

  it('shows bars of the length of their stages', () => {
    const stages = { total: 400, endOfTurnWait: 300, ttsFirstAudio: 100 };
    const widths = [
      ...page({ ...timeline, turns: [turn(1, { stages })] }).matchAll(
        /width="([\d.]+)"\s+height="14"\s+fill="#(8da0cb|e78ac3)"/g,
      ),
    ];
    expect(Number(widths[0]?.[1]) / Number(widths[1]?.[1])).toBeCloseTo(3, 2);
  });
});

describe('slowcat report', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slowcat-report-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(dir, { recursive: true });
  });

  const report = async (...argv: string[]): Promise<string> => {
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await reportCommand().parseAsync(argv, { from: 'user' });
    return printed.mock.calls.flat().join('\n');
  };

  it('writes the page beside the timeline, or where it is told to, for its user alone', async () => {
    const path = join(dir, 'session.json');
    await writeFile(path, linesOf(timeline));
    expect(await report(path)).toBe(join(dir, 'session.html'));
    expect(await readFile(join(dir, 'session.html'), 'utf8')).toBe(page(timeline));
    await report(path, '-o', join(dir, 'other.html'));
    expect((await stat(join(dir, 'other.html'))).mode & 0o777).toBe(0o600);
  });

  it('prints a summary, and then writes no page unasked', async () => {
    const path = join(dir, 'session.json');
    await writeFile(path, linesOf(timeline));
    expect(JSON.parse(await report(path, '--json'))).toEqual(summarise(timeline));
    await expect(stat(join(dir, 'session.html'))).rejects.toThrow(/ENOENT/);
  });

  it('names the file that is not there', async () => {
    const failure: unknown = await report(join(dir, 'none.json')).catch((error: unknown) => error);
    expect(SlowcatError.isInstance(failure) && failure.code).toBe('SLOWCAT_TIMELINE_FILE');
  });
});
