import { dayMs, retention, type MemoryState } from './retention.js';
import { atRung, rungOf, type Rung, type Triple } from './rungs.js';
import type { Use } from './uses.js';

/** What is offered of a memory by default. The log keeps all of it. */
export interface Surface {
  readonly retention: number;
  readonly rung: Rung;
  /** Empty when the memory is forgotten. */
  readonly text: string;
}

/**
 * The state of a memory that was said at `atMs`. Fading begins when it was last said or told in full. A time more than
 * a day in the future is a clock's error and is not believed, unless there is none other: then the memory is fresh.
 */
export function memoryState(atMs: number, use: Use, importance: number, nowMs: number): MemoryState {
  const { uses, lastUsedMs, restoredMs } = use;
  const restored = restoredMs !== undefined && restoredMs <= nowMs + dayMs ? restoredMs : -Infinity;
  return {
    ageMs: Math.max(0, nowMs - Math.max(atMs, restored)),
    uses,
    importance,
    ...(lastUsedMs === undefined ? {} : { lastUsedMs }),
  };
}

export function surfaceOf(memory: string | Triple, state: MemoryState, nowMs: number): Surface {
  const kept = retention(state, nowMs);
  const rung = rungOf(kept);
  return { retention: kept, rung, text: atRung(memory, rung) };
}
