import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';

import {
  openMemory,
  type FactView,
  type ImportedTurn,
  type Memory,
  type StoredTurn,
  type UserMemory,
  type UserMemoryMaintenance,
} from '../../memory/memory.js';
import { memoryCommand } from './memory-command.js';

/** A user's memory whose maintenance is scripted. Ids of imported turns are kept beside the log. */
export interface Script {
  readonly facts?: readonly FactView[];
  readonly verify?: UserMemoryMaintenance['verify'];
  readonly repair?: UserMemoryMaintenance['repair'];
}

/** Runs command lines below `slowcat memory` on a folder of their own. */
export class CommandBed {
  readonly nowMs = new Date(2026, 10, 21, 12).getTime();
  readonly asked: string[] = [];
  notes: string[] = [];
  exitCode = 0;
  answer: boolean | undefined;
  /** Fires as Ctrl-C does. */
  interruption = new AbortController();
  script: Script = {};
  /** Called before each batch of an import. */
  onImport: () => void = () => undefined;
  readonly #ids = new Map<string, string>();

  private constructor(readonly dataDir: string) {}

  static async make(): Promise<CommandBed> {
    return new CommandBed(await mkdtemp(join(tmpdir(), 'slowcat-cli-')));
  }

  remove(): Promise<void> {
    return rm(this.dataDir, { recursive: true, force: true });
  }

  async fill(work: (memory: Memory) => Promise<void>): Promise<void> {
    const memory = await openMemory({ dataDir: this.dataDir });
    await work(memory);
    await memory.close();
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
      open: async () => this.#scripted(await openMemory({ dataDir: this.dataDir })),
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

  #scripted(memory: Memory): Memory {
    return {
      user: (id) => this.#maintained(memory.user(id)),
      users: () => memory.users(),
      close: () => memory.close(),
    };
  }

  #maintained(user: UserMemory): UserMemory & UserMemoryMaintenance {
    const ids = this.#ids;
    const withId = <T extends Pick<StoredTurn, 'turnId'>>(turn: T): T => {
      const id = ids.get(`${turn.turnId} ${user.id}`);
      return id === undefined ? turn : { ...turn, id };
    };
    return {
      id: user.id,
      remember: (turn) => user.remember(turn),
      recall: async (query, options) => {
        const recall = await user.recall(query, options);
        return { ...recall, items: recall.items.map(withId) };
      },
      warmUp: () => user.warmUp(),
      knownNames: (limit) => user.knownNames(limit),
      forget: (selector) => user.forget(selector),
      async *export() {
        for await (const turn of user.export()) yield withId(turn);
      },
      stats: () => user.stats(),
      facts: (options) =>
        Promise.resolve(
          (this.script.facts ?? []).filter(
            ({ validToMs }) => options?.history === true || validToMs === undefined,
          ),
        ),
      importTurns: async (turns: readonly ImportedTurn[]) => {
        this.onImport();
        return Promise.all(
          turns.map(async ({ id, ...turn }) => {
            const done = await user.remember(turn);
            if (done.stored && id !== undefined) ids.set(`${done.turnId} ${user.id}`, id);
            return done;
          }),
        );
      },
      verify: (onProgress) => this.#scriptOf('verify')(onProgress),
      repair: (onProgress) => this.#scriptOf('repair')(onProgress),
      proof: (turnId) => Promise.resolve(turnId > 2 ? undefined : { turnId, head: 'ab', path: ['cd'] }),
    };
  }

  #scriptOf<V extends 'verify' | 'repair'>(verb: V): NonNullable<Script[V]> {
    const scripted = this.script[verb];
    if (!scripted) throw new Error('not part of this test');
    return scripted;
  }
}
