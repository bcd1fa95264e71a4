/** Whether somebody speaks, as Pipecat's VADState. */
export type VadPhase = 'quiet' | 'starting' | 'speaking' | 'stopping';

export interface VadParams {
  /** Speech probability from which a window counts as speech, 0..1. @defaultValue 0.7 */
  readonly confidence: number;
  /** Speech needed before it counts as begun. @defaultValue 200 */
  readonly startMs: number;
  /** Silence needed before it counts as ended. @defaultValue 200 */
  readonly stopMs: number;
  /** Loudness floor, 0 (-110 LUFS) to 1 (-10 LUFS). @defaultValue 0.6 */
  readonly minVolume: number;
}

/** Pipecat's VADParams, in milliseconds. */
export const defaultVadParams = {
  confidence: 0.7,
  startMs: 200,
  stopMs: 200,
  minVolume: 0.6,
} as const satisfies VadParams;

/** One Silero window: 512 samples at 16 kHz. */
export const vadWindowMs = 32;

/** What a window changed, if anything. */
export type VadEvent = 'started' | 'stopped' | null;

/**
 * Decides from one window after the other when speech begins and ends.
 *
 * A pure state machine: a start or a stop has to last for `startMs` or `stopMs` without a break before it counts,
 * so that neither a click nor a gap between two words is an event.
 */
export class VadState {
  readonly #params: VadParams;
  readonly #startWindows: number;
  readonly #stopWindows: number;
  #phase: VadPhase = 'quiet';
  #run = 0;

  constructor(params: Partial<VadParams> = {}) {
    this.#params = { ...defaultVadParams, ...params };
    this.#startWindows = Math.max(1, Math.round(this.#params.startMs / vadWindowMs));
    this.#stopWindows = Math.max(1, Math.round(this.#params.stopMs / vadWindowMs));
  }

  get phase(): VadPhase {
    return this.#phase;
  }

  /**
   * @param confidence speech probability of the window, 0..1
   * @param volume smoothed loudness, 0..1
   */
  push(confidence: number, volume: number): VadEvent {
    const speech = confidence >= this.#params.confidence && volume >= this.#params.minVolume;
    switch (this.#phase) {
      case 'quiet':
      case 'starting':
        if (!speech) return this.#enter('quiet', null);
        this.#run += 1;
        return this.#run >= this.#startWindows ? this.#enter('speaking', 'started') : this.#stay('starting');
      case 'speaking':
      case 'stopping':
        if (speech) return this.#enter('speaking', null);
        this.#run += 1;
        return this.#run >= this.#stopWindows ? this.#enter('quiet', 'stopped') : this.#stay('stopping');
    }
  }

  /** Ends speech now, for when no more audio comes. */
  forceStop(): VadEvent {
    const speaking = this.#phase === 'speaking' || this.#phase === 'stopping';
    return this.#enter('quiet', speaking ? 'stopped' : null);
  }

  #enter(phase: VadPhase, event: VadEvent): VadEvent {
    this.#phase = phase;
    this.#run = 0;
    return event;
  }

  #stay(phase: VadPhase): null {
    this.#phase = phase;
    return null;
  }
}
