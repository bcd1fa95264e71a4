import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { SlowcatError } from '../errors.js';
import { page } from './report/page.js';
import { summarise } from './report/summary.js';
import { parseTimeline } from './report/timeline.js';

interface ReportOptions {
  readonly out?: string;
  readonly json?: true;
}

/** `slowcat report`: a session's timeline as one HTML page, or in figures. */
export function reportCommand(): Command {
  return new Command('report')
    .description('make a page of the timeline of a session, as serve --timeline-dir writes it')
    .argument('<timeline>', 'JSON file of a session')
    .option('-o, --out <file>', 'the page (default: beside the timeline, as .html)')
    .option('--json', 'print a summary instead: p50, p95 and p99 of each stage, in milliseconds')
    .action(run);
}

async function run(path: string, options: ReportOptions): Promise<void> {
  const timeline = parseTimeline(await attempt(path, 'read', () => readFile(path, 'utf8')));
  if (options.json) console.log(JSON.stringify(summarise(timeline), null, 2));
  if (options.json && options.out === undefined) return;
  const out = options.out ?? `${path.replace(/\.json$/i, '')}.html`;
  // A page may hold what was said, as its timeline may.
  await attempt(out, 'written', () => writeFile(out, page(timeline), { mode: 0o600 }));
  if (!options.json) console.log(out);
}

async function attempt<T>(path: string, what: 'read' | 'written', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new SlowcatError('SLOWCAT_TIMELINE_FILE', `${path} cannot be ${what}.`, { cause });
  }
}
