import { createInterface } from 'node:readline/promises';

import type { MaintainedMemory, MaintenanceProgress, MemoryRepairReport } from '../../memory/memory.js';
import { openForCommands, repairForCommands, type OpenOptions } from './open.js';

/** What the commands touch outside of the memory. */
export interface MemoryCommandEdges {
  /** A line of the result. */
  print(line: string): void;
  /** A line for the person, beside the result: progress and the like. */
  note(line: string): void;
  /** Asks the person; undefined when nobody is there to answer. */
  confirm(question: string): Promise<boolean | undefined>;
  nowMs(): number;
  open(options: OpenOptions): Promise<MaintainedMemory>;
  /** Repairs a memory that nobody has open, also one that cannot be opened. */
  repair(dataDir: string | undefined, onProgress: MaintenanceProgress): Promise<MemoryRepairReport>;
  /** Runs work that Ctrl-C ends: its signal fires, and the work leaves everything as it was found. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Sets the exit code of the command. */
  fail(exitCode: number): void;
  /** True where `note` may be asked to draw a moving bar. */
  readonly isTerminal: boolean;
}

export const terminal: MemoryCommandEdges = {
  print: (line) => console.log(line),
  note: (line) => console.error(line),
  confirm: async (question) => {
    if (!process.stdin.isTTY) return undefined;
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
    } finally {
      prompt.close();
    }
  },
  nowMs: () => Date.now(),
  open: openForCommands,
  repair: repairForCommands,
  interruptible: async (work) => {
    const interrupted = new AbortController();
    const stop = (): void => interrupted.abort();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    // A reader that has seen enough (`| head`) ends the work as a person would.
    process.stdout.on('error', stop);
    try {
      return await work(interrupted.signal);
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    }
  },
  fail: (exitCode) => (process.exitCode = exitCode),
  isTerminal: process.stderr.isTTY,
};
