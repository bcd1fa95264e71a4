/** What the turn decision hears about. Times are milliseconds of one clock. */
export type TurnEvent =
  | { readonly type: 'vad-started' }
  | { readonly type: 'vad-stopped' }
  /** An end-of-turn model has judged what was said until the last stop. */
  | { readonly type: 'judged'; readonly complete: boolean }
  /** A segment of speech went to the recogniser. */
  | { readonly type: 'recognition-started' }
  /** The recogniser is done with a segment; an empty text means that nothing was said in it. */
  | { readonly type: 'recognised'; readonly text: string }
  /** Time passed. */
  | { readonly type: 'tick' };

export type TurnAction = 'start' | 'stop';

export interface UserTurnOptions {
  /**
   * Silence after the VAD's stop before the turn is over, where no model has judged it (Pipecat's
   * user_speech_timeout). @defaultValue 600
   */
  readonly speechTimeoutMs: number;
  /** Silence before a turn is over that the model takes for unfinished (Pipecat waits 3000). @defaultValue 2000 */
  readonly incompleteTimeoutMs: number;
  /** A turn in which nothing happens for this long ends in any case (Pipecat's user_turn_stop_timeout). @defaultValue 5000 */
  readonly stopTimeoutMs: number;
}

export const defaultUserTurnOptions = {
  speechTimeoutMs: 600,
  incompleteTimeoutMs: 2000,
  stopTimeoutMs: 5000,
} as const satisfies UserTurnOptions;

/**
 * Decides when the user's turn begins and ends.
 *
 * A pure state machine over events and the time they are given. A turn begins with speech, or with words that came
 * without any. It ends when the recogniser owes nothing and the speaker has been silent long enough: not at all when
 * the model takes the turn for complete, `incompleteTimeoutMs` when it does not, `speechTimeoutMs` when nobody knows.
 * So that no turn can hang, it also ends when nothing has happened for `stopTimeoutMs` while nobody speaks.
 */
export class UserTurn {
  readonly #options: UserTurnOptions;
  #active = false;
  #speaking = false;
  #complete: boolean | null = null;
  #owed = 0;
  #silentSinceMs = 0;
  #lastEventMs = 0;

  constructor(options: Partial<UserTurnOptions> = {}) {
    this.#options = { ...defaultUserTurnOptions, ...options };
  }

  /** True between 'start' and 'stop'. */
  get active(): boolean {
    return this.#active;
  }

  /** When a 'tick' is wanted, or null when time alone changes nothing. */
  get deadlineMs(): number | null {
    if (!this.#active || this.#speaking) return null;
    const watchdogMs = this.#lastEventMs + this.#options.stopTimeoutMs;
    return this.#owed > 0 ? watchdogMs : Math.min(this.#silentSinceMs + this.#silenceMs(), watchdogMs);
  }

  /** Takes one event; at most one action follows. */
  on(event: TurnEvent, nowMs: number): TurnAction | null {
    if (event.type !== 'tick') this.#lastEventMs = nowMs;
    switch (event.type) {
      case 'vad-started':
        this.#speaking = true;
        this.#complete = null;
        return this.#start();
      case 'vad-stopped':
        this.#speaking = false;
        this.#silentSinceMs = nowMs;
        return null;
      case 'judged':
        if (this.#speaking) return null;
        this.#complete = event.complete;
        return this.#stopIfDue(nowMs);
      case 'recognition-started':
        this.#owed += 1;
        return null;
      case 'recognised':
        this.#owed = Math.max(0, this.#owed - 1);
        if (!this.#active && event.text !== '') {
          this.#silentSinceMs = nowMs;
          return this.#start();
        }
        return this.#stopIfDue(nowMs);
      case 'tick':
        return this.#stopIfDue(nowMs);
    }
  }

  #silenceMs(): number {
    if (this.#complete === null) return this.#options.speechTimeoutMs;
    return this.#complete ? 0 : this.#options.incompleteTimeoutMs;
  }

  #start(): TurnAction | null {
    if (this.#active) return null;
    this.#active = true;
    return 'start';
  }

  #stopIfDue(nowMs: number): TurnAction | null {
    const deadlineMs = this.deadlineMs;
    if (deadlineMs === null || nowMs < deadlineMs) return null;
    this.#active = false;
    this.#complete = null;
    this.#owed = 0;
    return 'stop';
  }
}
