/** Where the milliseconds of one turn went, from the end of the user's speech to the first reply audio. */
export interface TurnLatency {
  /** End of the user's speech (or of typing) until the first reply audio leaves the server. */
  readonly total: number;
  /** End of speech until the turn counts as over; recognition runs meanwhile. */
  readonly endOfTurnWait: number;
  /** Recognition of the turn's last segment. Lies within `endOfTurnWait` unless it is the slower of the two. */
  readonly stt: number;
  readonly memory: number;
  /** End of the turn, memory excluded, until the model's first token. */
  readonly llmFirstToken: number;
  /** First token until the first clause can be spoken. */
  readonly firstClause: number;
  /** First clause until its first audio. */
  readonly ttsFirstAudio: number;
  /** First audio until it leaves the server. */
  readonly output: number;
}

export type LatencyMark =
  | 'speech-ended'
  | 'recognition-started'
  | 'recognised'
  | 'turn-ended'
  | 'first-token'
  | 'first-clause'
  | 'first-audio'
  | 'speaking';

/**
 * Collects the marks of one turn and gives the latency when the bot begins to speak.
 *
 * Pure: times are milliseconds of one clock. `speech-ended` and `turn-ended` begin anew, so that an interrupted
 * or silent turn leaves nothing behind.
 */
export class TurnLatencyMeter {
  readonly #marks = new Map<LatencyMark, number>();
  #memoryMs = 0;

  mark(mark: LatencyMark, atMs: number): TurnLatency | null {
    switch (mark) {
      case 'speech-ended':
        this.#marks.clear();
        this.#memoryMs = 0;
        this.#marks.set(mark, atMs);
        return null;
      case 'recognition-started':
      case 'recognised':
        this.#marks.set(mark, atMs);
        return null;
      case 'turn-ended':
        for (const later of ['first-token', 'first-clause', 'first-audio', 'speaking'] as const)
          this.#marks.delete(later);
        this.#memoryMs = 0;
        this.#marks.set(mark, atMs);
        return null;
      case 'first-token':
      case 'first-clause':
      case 'first-audio':
        if (!this.#marks.has(mark)) this.#marks.set(mark, atMs);
        return null;
      case 'speaking':
        return this.#finish(atMs);
    }
  }

  /** Notes what recall took in this turn. */
  memory(tookMs: number): void {
    this.#memoryMs = tookMs;
  }

  #finish(speakingMs: number): TurnLatency | null {
    const turnEnded = this.#marks.get('turn-ended');
    const firstToken = this.#marks.get('first-token');
    const firstClause = this.#marks.get('first-clause');
    const firstAudio = this.#marks.get('first-audio');
    if (
      turnEnded === undefined ||
      firstToken === undefined ||
      firstClause === undefined ||
      firstAudio === undefined
    )
      return null;
    const speechEnded = this.#marks.get('speech-ended') ?? turnEnded;
    const recognised = this.#marks.get('recognised') ?? turnEnded;
    const recognitionStarted = this.#marks.get('recognition-started') ?? recognised;
    this.#marks.clear();
    return {
      total: round(speakingMs - speechEnded),
      endOfTurnWait: round(turnEnded - speechEnded),
      stt: round(Math.max(0, recognised - recognitionStarted)),
      memory: round(this.#memoryMs),
      llmFirstToken: round(Math.max(0, firstToken - turnEnded - this.#memoryMs)),
      firstClause: round(firstClause - firstToken),
      ttsFirstAudio: round(firstAudio - firstClause),
      output: round(speakingMs - firstAudio),
    };
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
