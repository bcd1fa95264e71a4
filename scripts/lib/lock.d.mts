export interface LockOptions {
  /** Called once, when somebody else holds the lock. */
  readonly onWait?: ((pid: number) => void) | undefined;
  /** Ends the waiting with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly isAlive?: (pid: number) => boolean;
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** @defaultValue 200 */
  readonly pollMs?: number;
}

/** Waits for the lock at `path`. `release` is idempotent. */
export function acquireLock(path: string, options?: LockOptions): Promise<{ release(): Promise<void> }>;
