import { acquireLock } from '../../scripts/lib/lock.mjs';
import { SlowcatError } from '../errors.js';

export interface WithLockOptions {
  /** Called once when another process holds the lock; `pid` is that process. */
  readonly onWait?: ((pid: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while this process alone holds the lock file, so that two set-ups at once fetch everything once.
 *
 * @throws `SLOWCAT_SETUP_LOCKED` when the lock file cannot be made; the signal's reason when aborted while waiting
 */
export async function withLock<Result>(
  lockFile: string,
  work: () => Promise<Result>,
  { onWait, signal }: WithLockOptions = {},
): Promise<Result> {
  const lock = await acquireLock(lockFile, { onWait, signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new SlowcatError(
      'SLOWCAT_SETUP_LOCKED',
      `The lock file ${lockFile} cannot be made. Check that its folder can be written, or set SLOWCAT_MODELS_DIR to one that can.`,
      { cause: error },
    );
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
