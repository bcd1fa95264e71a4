import { join } from 'node:path';

import { SlowcatError } from '../errors.js';
import { checkedEmbed } from './checked-embed.js';
import { rollBack } from './log/migrate.js';
import { TurnLog } from './log/turn-log.js';
import { defaultMemoryOptions, type MemoryOptions, type ResolvedMemoryOptions } from './options.js';
import { IndexCache } from './recall/index-cache.js';
import { Keepers } from './keepers/keepers.js';
import { VectorKeeper } from './keepers/vector-keeper.js';
import { rehearse } from './rehearsal.js';
import { repairLog } from './recovery/repair.js';
import type {
  MaintainedMemory,
  MaintenanceProgress,
  MemoryRepairReport,
  UserMemory,
  UserMemoryMaintenance,
} from './types.js';
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
export { warmUpFacts } from './facts/tagger.js';
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
  MaintainedMemory,
  MaintenanceProgress,
  Memory,
  MemoryRepairReport,
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
  Topic,
  TopicsOptions,
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
export async function openMemory(options: MemoryOptions): Promise<MaintainedMemory> {
  const resolved = {
    ...defaultMemoryOptions,
    ...options,
    ...(options.embed ? { embed: checkedEmbed(options.embed) } : {}),
  };
  const [log] = await Promise.all([
    TurnLog.open(memoryFolder(options.dataDir), resolved.newId),
    rehearse(resolved.ranking),
  ]);
  return new LoggedMemory(log, resolved);
}

/**
 * Repairs a memory that nobody has open, also one that {@link openMemory} cannot open any more: the database, and each
 * user's turns and archive. Turns, ids and proofs are then what they were, but for what is reported as lost.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE` while somebody has it open, `SLOWCAT_MEMORY_FORMAT` for a newer format
 */
export function repairMemory(
  { dataDir, newId = defaultMemoryOptions.newId }: Pick<MemoryOptions, 'dataDir' | 'newId'>,
  onProgress?: MaintenanceProgress,
): Promise<MemoryRepairReport> {
  return repairLog(memoryFolder(dataDir), newId, {}, onProgress);
}

/**
 * Puts the database of before a change of format back in its place, for an older version of this library; what was
 * stored since is lost. It is kept until something is forgotten.
 * @throws SlowcatError `SLOWCAT_MEMORY_STORE` while somebody has it open, or when there is nothing to go back to
 */
export function rollBackMemory({ dataDir }: Pick<MemoryOptions, 'dataDir'>): Promise<void> {
  return rollBack(memoryFolder(dataDir));
}

function memoryFolder(dataDir: string): string {
  return join(dataDir, 'memory');
}

class LoggedMemory implements MaintainedMemory {
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
      options.embed &&
        ((user) => ({ shelf: new VectorKeeper(user, log), heldBytes: options.maxVectorBytes })),
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
