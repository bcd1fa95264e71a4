import { loadConfig } from '../../config/index.js';
import {
  openMemory,
  repairMemory,
  type MaintainedMemory,
  type MaintenanceProgress,
  type MemoryRepairReport,
} from '../../memory/memory.js';
import { localEmbedder } from '../../server/local-embedder.js';
import { tokenCounter, type TokenKind } from './tokens.js';

export interface OpenOptions {
  readonly dataDir?: string | undefined;
  /** Counts tokens of blocks this way. @defaultValue bytes */
  readonly tokens?: TokenKind | undefined;
  /** Find by meaning as well as by words, where the model for it is on this machine. @defaultValue false */
  readonly embed?: boolean;
}

/** Opens the memory in the data folder. Nothing is fetched, and a server may be running on it. */
export async function openForCommands({
  dataDir,
  tokens,
  embed = false,
}: OpenOptions): Promise<MaintainedMemory> {
  const embedder = embed ? localEmbedder() : undefined;
  const opened = await openMemory({
    dataDir: folderOf(dataDir),
    ...(tokens === undefined ? {} : { countTokens: await tokenCounter(tokens) }),
    ...(embedder === undefined ? {} : { embed: (texts: readonly string[]) => embedder.embed(texts) }),
  });
  if (embedder === undefined) return opened;
  return {
    user: (id) => opened.user(id),
    users: () => opened.users(),
    close: async () => {
      await opened.close();
      await embedder.close();
    },
  };
}

/** Repairs the memory in the data folder, which nobody may have open. */
export function repairForCommands(
  dataDir: string | undefined,
  onProgress: MaintenanceProgress,
): Promise<MemoryRepairReport> {
  return repairMemory({ dataDir: folderOf(dataDir) }, onProgress);
}

function folderOf(dataDir: string | undefined): string {
  // Memory is not a matter of who may connect: the loopback host keeps that check out of these commands.
  const flags = { host: '127.0.0.1', ...(dataDir === undefined ? {} : { dataDir }) };
  return loadConfig({ flags }).dataDir;
}
