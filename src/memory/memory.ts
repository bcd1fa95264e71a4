import { join } from 'node:path';

import { SlowcatError } from '../errors.js';
import { TurnLog } from './log/turn-log.js';
import { defaultMemoryOptions, type MemoryOptions, type ResolvedMemoryOptions } from './options.js';
import { IndexCache } from './recall/index-cache.js';
import { Keepers } from './keepers/keepers.js';
import { VectorKeeper } from './keepers/vector-keeper.js';
import type { Memory, UserMemory, UserMemoryMaintenance } from './types.js';
import { userKey } from './user-id.js';
import { LoggedUserMemory } from './user-memory.js';

export { defaultMemoryOptions, defaultRecallOptions, type MemoryOptions } from './options.js';
export {
  contextBlock,
  contextHeader,
  contextLine,
  isContextBlock,
  plainWords,
} from './recall/context-block.js';
export { relativeTime } from './recall/relative-time.js';
export {
  ContextWindow,
  contextPresets,
  presetTokens,
  windowShares,
  type ContextPreset,
  type ContextWindowOptions,
  type FittedPrompt,
  type WindowMessage,
  type WindowPath,
  type WindowShares,
} from './window/index.js';
export type {
  FactView,
  FactsOptions,
  ForgetSelector,
  ImportedTurn,
  MaintenanceProgress,
  Memory,
  ProofOfTurn,
  Recall,
  RecallDepth,
  RecallItem,
  RecallOptions,
  RecallReasons,
  Remembered,
  RepairReport,
  Role,
  StoredTurn,
  Turn,
  UserMemory,
  UserMemoryMaintenance,
  UserStats,
  VerifyReport,
} from './types.js';

/**
 * Opens the memory in a folder, made if it is missing. Several processes may have the same folder open.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE`
 */
export async function openMemory(options: MemoryOptions): Promise<Memory> {
  const resolved = { ...defaultMemoryOptions, ...options };
  const log = await TurnLog.open(join(options.dataDir, 'memory'), resolved.newId);
  return new LoggedMemory(log, resolved);
}

class LoggedMemory implements Memory {
  readonly #log: TurnLog;
  readonly #options: ResolvedMemoryOptions;
  readonly #indexes: IndexCache;
  /** One object per user, so that tallies and index building are shared by all who ask for the same id. */
  readonly #users = new Map<
    string,
    { readonly memory: UserMemory & UserMemoryMaintenance; readonly keepers: Keepers }
  >();

  constructor(log: TurnLog, options: ResolvedMemoryOptions) {
    this.#log = log;
    this.#options = options;
    this.#indexes = new IndexCache(
      log,
      options.maxIndexedUsers,
      options.embed && ((user) => new VectorKeeper(user, log, options.maxVectorBytes)),
    );
  }

  user(id: string): UserMemory & UserMemoryMaintenance {
    if (this.#log.isClosed)
      throw new SlowcatError('SLOWCAT_MEMORY_CLOSED', 'Open it again with openMemory().');
    let user = this.#users.get(id);
    if (!user) {
      const [log, indexes, options] = [this.#log, this.#indexes, this.#options];
      const key = userKey(id);
      const keepers = new Keepers(key, log, options);
      user = { memory: new LoggedUserMemory(key, { log, indexes, options, keepers }), keepers };
      this.#users.set(id, user);
    }
    return user.memory;
  }

  users(): Promise<readonly string[]> {
    return Promise.resolve().then(() => {
      this.#log.refresh();
      return this.#log.users();
    });
  }

  async close(): Promise<void> {
    // What is not written by then is derived again from the log.
    await Promise.allSettled([...this.#users.values()].map(({ keepers }) => keepers.uses.flush()));
    this.#indexes.clear();
    await this.#log.close();
  }
}
