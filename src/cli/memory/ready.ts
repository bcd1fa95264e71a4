import { once } from 'node:events';

import type { UserMemory } from '../../memory/memory.js';
import type { MemoryCommandEdges } from './edges.js';
import { interruptedExitCode } from './export.js';
import { progress } from './progress.js';

const lookedAtEveryMs = 200;

/**
 * Waits until every turn can be found, by its words and, where there is a model for it, by its meaning: the first search
 * after an import computes what is kept from then on. Tells how far it is. Resolves to false when it was interrupted;
 * what was computed by then is kept.
 */
export async function ready(
  user: Pick<UserMemory, 'warmUp' | 'stats'>,
  edges: MemoryCommandEdges,
  signal: AbortSignal,
): Promise<boolean> {
  const shown = progress('reading', edges);
  const timer = setInterval(() => {
    const told = user.stats().then(({ turns, indexedTurns, vectors = 0 }) => {
      // With vectors there are two things to do for each turn, and computing them is nearly all of the work.
      shown.report(vectors > 0 ? vectors : indexedTurns, turns);
    });
    told.catch(() => undefined);
  }, lookedAtEveryMs);
  const over = new AbortController();
  try {
    const interrupted = signal.aborted
      ? Promise.resolve()
      : once(signal, 'abort', { signal: over.signal }).catch(() => undefined);
    const isReady = await Promise.race([user.warmUp().then(() => true), interrupted.then(() => false)]);
    if (!isReady) edges.fail(interruptedExitCode);
    return isReady;
  } finally {
    over.abort();
    clearInterval(timer);
    shown.end();
  }
}
