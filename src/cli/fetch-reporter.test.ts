import { describe, expect, it } from 'vitest';
import type { EnsureProgress } from '../weights/index.js';
import { fetchReporter } from './fetch-reporter.js';

const download = (doneBytes: number): EnsureProgress => ({
  kind: 'download',
  model: 'm',
  file: 'a.bin',
  from: 'hub',
  doneBytes,
  totalBytes: 1_000_000,
});

describe('fetchReporter', () => {
  it('writes a line at each quarter where there is no terminal', () => {
    const lines: string[] = [];
    const reporter = fetchReporter({ terminal: false, print: (line) => lines.push(line) });
    for (let done = 0; done <= 1_000_000; done += 10_000) reporter.report(download(done));
    reporter.report({ kind: 'done', model: 'm', file: 'a.bin' });
    reporter.close();
    expect(lines).toEqual([
      '  a.bin: fetching 1 MB (hub)',
      '  a.bin: 25 %',
      '  a.bin: 50 %',
      '  a.bin: 75 %',
      '  a.bin: ready',
    ]);
    expect(reporter.fetched).toBe(1);
  });

  it('says whom it waits for and why a source failed', () => {
    const lines: string[] = [];
    const reporter = fetchReporter({ terminal: false, print: (line) => lines.push(line) });
    reporter.report({ kind: 'waiting', pid: 77 });
    reporter.report({ kind: 'failed', model: 'm', file: 'a.bin', reason: 'no pip' });
    expect(lines[0]).toContain('77');
    expect(lines[1]).toBe('  a.bin: no pip');
    expect(reporter.fetched).toBe(0);
  });

  it('only counts when silent', () => {
    const lines: string[] = [];
    const reporter = fetchReporter({ silent: true, terminal: false, print: (line) => lines.push(line) });
    reporter.report(download(1));
    reporter.report({ kind: 'done', model: 'm', file: 'a.bin' });
    expect(lines).toEqual([]);
    expect(reporter.fetched).toBe(1);
  });
});
