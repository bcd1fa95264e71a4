/** One measured thread count. */
export interface ThreadTiming {
  readonly threads: number;
  /** Milliseconds for the same piece of work. */
  readonly ms: number;
}

/**
 * A count must be this much faster than a smaller one. On two cores, two threads gain an eighth while nothing else
 * runs and lose half while Whisper hears: they wait for each other whenever one of them is put aside.
 */
const worthwhile = 0.8;

/** Counts worth measuring on a machine: more than four threads help Kokoro little. */
export function threadCandidates(cores: number): number[] {
  return [1, 2, 4].filter((threads) => threads === 1 || (threads === 2 ? cores >= 2 : cores >= 8));
}

/** The smallest count that no larger one beats by a fifth. Core counts mislead on shared and hybrid cores. */
export function chooseThreads(timings: readonly ThreadTiming[]): number {
  let best: ThreadTiming | undefined;
  for (const timing of timings.toSorted((a, b) => a.threads - b.threads)) {
    if (best === undefined || timing.ms < best.ms * worthwhile) best = timing;
  }
  return best?.threads ?? 1;
}
