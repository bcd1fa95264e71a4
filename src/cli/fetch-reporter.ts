import { Presets, SingleBar } from 'cli-progress';
import type { EnsureProgress } from '../weights/index.js';
import { megabytes } from './models-text.js';

export interface ReporterOptions {
  /** Count, but print nothing. @defaultValue false */
  readonly silent?: boolean;
  /** A terminal gets a moving bar, anything else a line now and then. @defaultValue whether stderr is a terminal */
  readonly terminal?: boolean;
  readonly print?: (line: string) => void;
}

export interface FetchReporter {
  /** Files that have arrived so far. */
  readonly fetched: number;
  report(progress: EnsureProgress): void;
  /** Leaves the terminal's last line whole. Idempotent. */
  close(): void;
}

/** Of a download, how often a log without a terminal hears: at each quarter. */
const quarters = 4;

/** Shows a fetch to a person, on stderr, so that stdout stays for results. */
export function fetchReporter(options: ReporterOptions = {}): FetchReporter {
  const { silent = false, terminal = process.stderr.isTTY } = options;
  const print = silent
    ? (): void => undefined
    : (options.print ?? ((line: string): void => console.error(line)));
  let fetched = 0;
  let bar: SingleBar | undefined;
  let current = '';
  let quarter = 0;

  const endBar = (): void => {
    bar?.stop();
    bar = undefined;
    current = '';
    quarter = 0;
  };

  const download = (progress: Extract<EnsureProgress, { kind: 'download' }>): void => {
    const { file, from, doneBytes, totalBytes = 0 } = progress;
    if (current !== file) {
      endBar();
      current = file;
      if (terminal && !silent) {
        bar = new SingleBar(
          { format: `  ${file} {bar} {percentage}% of {size}`, hideCursor: true },
          Presets.shades_classic,
        );
        bar.start(totalBytes, 0, { size: megabytes(totalBytes) });
      } else {
        print(`  ${file}: fetching ${megabytes(totalBytes)} (${from})`);
      }
    }
    bar?.setTotal(totalBytes);
    bar?.update(doneBytes);
    const now = totalBytes === 0 ? 0 : Math.floor((doneBytes / totalBytes) * quarters);
    if (!terminal && now > quarter && now < quarters) print(`  ${file}: ${(now * 100) / quarters} %`);
    quarter = Math.max(quarter, now);
  };

  return {
    get fetched() {
      return fetched;
    },
    report(progress) {
      switch (progress.kind) {
        case 'download':
          download(progress);
          return;
        case 'convert':
          endBar();
          print(`  ${progress.file}: converting`);
          return;
        case 'done':
          endBar();
          fetched += 1;
          print(`  ${progress.file}: ready`);
          return;
        case 'failed':
        case 'rejected':
          endBar();
          print(`  ${progress.file}: ${progress.reason}`);
          return;
        case 'waiting':
          print(`Another set-up is fetching models (process ${progress.pid}); waiting for it.`);
          return;
      }
    },
    close: endBar,
  };
}
