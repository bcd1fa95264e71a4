/** Seconds of audio are counted in windows of 32 ms; two seconds are 63 of them. */
const windowsBetweenResets = 63;
const quietWindows = 5;
const quietConfidence = 0.1;

/**
 * Decides when the voice detector may forget what it heard.
 *
 * Silero's state drifts over minutes. As Pipecat 1.14, it is cleared by audio time and never near speech: after two
 * seconds since the last reset, when the detector is quiet and the last five windows all scored below 0.1.
 */
export class StreamReset {
  #windows = 0;
  #quietRun = 0;

  /** @returns true when the stream is to be reset now */
  push(confidence: number, quiet: boolean): boolean {
    this.#windows += 1;
    this.#quietRun = confidence < quietConfidence ? this.#quietRun + 1 : 0;
    if (!quiet || this.#windows < windowsBetweenResets || this.#quietRun < quietWindows) return false;
    this.#windows = 0;
    this.#quietRun = 0;
    return true;
  }
}
