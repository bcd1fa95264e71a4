import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';

import { openMemory, repairMemory, type MaintainedMemory, type MemoryOptions } from '../../memory/memory.js';
import { memoryCommand } from './memory-command.js';

/** Runs command lines below `slowcat memory` on a folder of their own. */
export class CommandBed {
  nowMs = new Date(2026, 10, 21, 12).getTime();
  readonly asked: string[] = [];
  notes: string[] = [];
  exitCode = 0;
  answer: boolean | undefined;
  /** Fires as Ctrl-C does. */
  interruption = new AbortController();
  /** Called before each batch of an import. */
  onImport: () => void = () => undefined;
  embed: MemoryOptions['embed'];
  countTokens: MemoryOptions['countTokens'];
  /** What the next command opens instead of the memory in the folder. */
  opened: MaintainedMemory | undefined;

  private constructor(readonly dataDir: string) {}

  static async make(): Promise<CommandBed> {
    return new CommandBed(await mkdtemp(join(tmpdir(), 'slowcat-cli-')));
  }

  remove(): Promise<void> {
    return rm(this.dataDir, { recursive: true, force: true });
  }

  async fill(work: (memory: MaintainedMemory) => Promise<void>): Promise<void> {
    const memory = await this.open();
    try {
      await work(memory);
    } finally {
      await memory.close();
    }
  }

  /** @returns what it printed */
  async run(...args: string[]): Promise<string[]> {
    const printed: string[] = [];
    this.notes = [];
    this.exitCode = 0;
    const command = memoryCommand({
      print: (line) => printed.push(line),
      note: (line) => this.notes.push(line),
      confirm: (question) => {
        this.asked.push(question);
        return Promise.resolve(this.answer);
      },
      nowMs: () => this.nowMs,
      open: async () => this.opened ?? this.#watched(await this.open()),
      repair: (_dataDir, onProgress) => repairMemory({ dataDir: this.dataDir }, onProgress),
      interruptible: (work) => work(this.interruption.signal),
      fail: (exitCode) => (this.exitCode = exitCode),
      isTerminal: false,
    });
    const quiet = (each: Command): void => {
      each.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
      each.commands.forEach(quiet);
    };
    quiet(command);
    await command.parseAsync([...args, '--data-dir', this.dataDir], { from: 'user' });
    return printed;
  }

  /** The memory in the bed's folder, on the bed's clock. */
  open(): Promise<MaintainedMemory> {
    return openMemory({
      dataDir: this.dataDir,
      nowMs: () => this.nowMs,
      ...(this.embed ? { embed: this.embed } : {}),
      ...(this.countTokens ? { countTokens: this.countTokens } : {}),
    });
  }

  #watched(memory: MaintainedMemory): MaintainedMemory {
    return {
      user: (id) => {
        const user = memory.user(id);
        const importTurns = user.importTurns.bind(user);
        return Object.assign(user, {
          importTurns: async (turns: Parameters<typeof importTurns>[0]) => {
            this.onImport();
            return importTurns(turns);
          },
        });
      },
      users: () => memory.users(),
      close: () => memory.close(),
    };
  }
}
