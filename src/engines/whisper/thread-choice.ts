/**
 * whisper.cpp's threads wait for each other by spinning, so a second thread on a core that is busy elsewhere
 * makes decoding several times slower, not faster. Counting cores cannot see that; trying does.
 */

/** A further thread must pay by this factor, since speech and the language model want the cores too. */
const worthwhileGain = 1.25;
const runs = 3;

/**
 * A larger number must win every run: one that is usually a little faster and sometimes ten times slower is no
 * gain to somebody who waits for an answer. It is given up at its first loss, so that trying stays short.
 *
 * @param most largest number of threads to try
 * @param measure runs the model once with so many threads; resolves to the milliseconds it took
 */
export async function chooseThreads(
  most: number,
  measure: (threads: number) => Promise<number>,
): Promise<number> {
  let chosenMs = Math.min(await measure(1), await measure(1), await measure(1));
  for (let threads = 2; threads <= most; threads++) {
    const ms = await slowestUnder(chosenMs / worthwhileGain, () => measure(threads));
    if (ms === Infinity) return threads - 1;
    chosenMs = ms;
  }
  return most;
}

/** The slowest of some runs; Infinity as soon as one takes longer than the limit. */
async function slowestUnder(limitMs: number, measure: () => Promise<number>): Promise<number> {
  let slowest = 0;
  for (let run = 0; run < runs; run++) {
    slowest = Math.max(slowest, await measure());
    if (slowest > limitMs) return Infinity;
  }
  return slowest;
}
