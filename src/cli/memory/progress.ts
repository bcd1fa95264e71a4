import { Presets, SingleBar } from 'cli-progress';

import type { MemoryCommandEdges } from './edges.js';

/** Work on fewer turns than this is over before anybody wonders. */
const worthTelling = 5000;
const quarters = 4;

export interface Progress {
  report(done: number, total: number): void;
  /** Leaves the terminal's last line whole. Idempotent. */
  end(): void;
}

/** Tells a person on stderr how far long work is: a moving bar on a terminal, else a line at each quarter. */
export function progress(label: string, edges: Pick<MemoryCommandEdges, 'note' | 'isTerminal'>): Progress {
  let bar: SingleBar | undefined;
  let told = 0;
  return {
    report: (done, total) => {
      if (total < worthTelling) return;
      if (edges.isTerminal) {
        if (!bar) {
          bar = new SingleBar(
            { format: `  ${label} {bar} {percentage}% of {total}`, hideCursor: true },
            Presets.shades_classic,
          );
          bar.start(total, 0);
        }
        bar.update(done);
        return;
      }
      const quarter = Math.floor((done / total) * quarters);
      if (quarter <= told) return;
      told = quarter;
      edges.note(`  ${label}: ${(100 * quarter) / quarters} % of ${total}`);
    },
    end: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}
