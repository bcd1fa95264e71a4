import type { SessionActivity } from './activity.js';

/** One turn of a conversation. Times are milliseconds since the session's clock began; null is: did not happen. */
export interface TurnRecord {
  /** 1, 2, 3 … */
  readonly turn: number;
  /** `bot`: the bot spoke unasked. */
  readonly kind: 'spoken' | 'typed' | 'bot';
  readonly startMs: number;
  readonly userStoppedMs: number | null;
  /** When the model was asked last. */
  readonly askedMs: number | null;
  readonly botStartedMs: number | null;
  readonly botStoppedMs: number | null;
  readonly outcome: 'answered' | 'interrupted' | 'unanswered';
  /** Milliseconds by stage, see TurnLatency. */
  readonly stages: Readonly<Record<string, number>> | null;
  /** Of all that the model was asked in this turn. */
  readonly tokens: { readonly prompt: number; readonly completion: number; readonly cached: number } | null;
  readonly recall: {
    readonly tookMs: number;
    readonly late: boolean;
    readonly scores: readonly number[];
  } | null;
  /** Codes of the error table, or `OTHER`. */
  readonly errors: readonly string[];
  /** Only when words are kept. */
  readonly words?: { readonly user: string; readonly bot: string };
}

/** What is told at the end. */
export interface SessionTotals {
  readonly durationMs: number;
  readonly interruptions: number;
  readonly audioInBytes: number;
  readonly audioOutBytes: number;
}

export interface SessionTimelineOptions {
  /** Whether what was said is kept. */
  readonly words: boolean;
  /** Takes each turn when nothing more can belong to it. */
  readonly onTurn: (turn: TurnRecord) => void;
  readonly onEnd: (totals: SessionTotals) => void;
}

type Draft = { -readonly [K in keyof TurnRecord]: TurnRecord[K] };

/**
 * Cuts a session into turns.
 *
 * Pure: what happened comes in, turns go out. A turn begins with the user's voice, with what was typed, or with a bot
 * that speaks unasked; who goes on before the bot has made a sound continues the same turn.
 */
export class SessionTimeline {
  readonly #options: SessionTimelineOptions;
  #count = 0;
  /** A turn that was cut short, kept until its last words have come. */
  #cut: Draft | null = null;
  #turn: Draft | null = null;
  #totals = { durationMs: 0, interruptions: 0, audioInBytes: 0, audioOutBytes: 0 };

  constructor(options: SessionTimelineOptions) {
    this.#options = options;
  }

  on(activity: SessionActivity): void {
    switch (activity.kind) {
      case 'audio-in':
        this.#totals.audioInBytes += activity.bytes;
        return;
      case 'audio-out':
        this.#totals.audioOutBytes += activity.bytes;
        return;
      case 'user-started':
        this.#openUnlessGoingOn('spoken', activity.atMs);
        return;
      case 'user-stopped':
        if (this.#turn) this.#turn.userStoppedMs = round(activity.atMs);
        return;
      case 'asked':
        this.#asked(this.#openUnlessGoingOn('typed', activity.atMs), activity);
        return;
      case 'recalled':
        if (this.#turn)
          this.#turn.recall = {
            tookMs: round(activity.tookMs),
            late: activity.late,
            scores: activity.scores.map((score) => Math.round(score * 1000) / 1000),
          };
        return;
      case 'tokens':
        if (this.#turn) this.#turn.tokens = added(this.#turn.tokens, activity);
        return;
      case 'latency':
        if (this.#turn) this.#turn.stages = { ...activity.latency };
        return;
      case 'bot-started': {
        const turn = this.#turn ?? this.#open('bot', activity.atMs);
        turn.botStartedMs ??= round(activity.atMs);
        turn.botStoppedMs = null;
        if (turn.outcome === 'unanswered') turn.outcome = 'answered';
        this.#letCutGo();
        return;
      }
      case 'bot-stopped': {
        const turn = this.#speaker();
        if (turn?.botStoppedMs === null) turn.botStoppedMs = round(activity.atMs);
        return;
      }
      case 'said': {
        const words = this.#speaker()?.words;
        if (words) Object.assign(words, { bot: `${words.bot} ${activity.text}`.trim() });
        return;
      }
      case 'interrupted': {
        this.#totals.interruptions += 1;
        const turn = this.#speaker();
        if (typeof turn?.botStartedMs === 'number') turn.outcome = 'interrupted';
        return;
      }
      case 'error':
        if (this.#turn) this.#turn.errors = [...this.#turn.errors, activity.code];
        return;
      case 'finished':
        this.#totals.durationMs = round(activity.atMs);
        this.#close();
        this.#letCutGo();
        this.#options.onEnd(this.#totals);
    }
  }

  /** Whose answer is heard: of the turn that was cut short, until the next one speaks. */
  #speaker(): Draft | null {
    return this.#turn?.botStartedMs == null && this.#cut ? this.#cut : this.#turn;
  }

  #asked(turn: Draft, { atMs, text }: Extract<SessionActivity, { kind: 'asked' }>): void {
    turn.askedMs = round(atMs);
    if (turn.words) turn.words = { ...turn.words, user: text };
  }

  #openUnlessGoingOn(kind: TurnRecord['kind'], atMs: number): Draft {
    const turn = this.#turn;
    if (turn?.botStartedMs === null) return turn;
    return this.#open(kind, atMs);
  }

  #open(kind: TurnRecord['kind'], atMs: number): Draft {
    const { words } = this.#options;
    this.#close();
    return (this.#turn = {
      turn: ++this.#count,
      kind,
      startMs: round(atMs),
      userStoppedMs: null,
      askedMs: null,
      botStartedMs: null,
      botStoppedMs: null,
      outcome: 'unanswered',
      stages: null,
      tokens: null,
      recall: null,
      errors: [],
      ...(words && { words: { user: '', bot: '' } }),
    });
  }

  #close(): void {
    const turn = this.#turn;
    this.#turn = null;
    if (!turn) return;
    this.#letCutGo();
    // The bot still speaks: its last words, and its end, are yet to be told.
    if (turn.botStartedMs !== null && turn.botStoppedMs === null) this.#cut = turn;
    else this.#options.onTurn(turn);
  }

  #letCutGo(): void {
    const cut = this.#cut;
    this.#cut = null;
    if (cut) this.#options.onTurn(cut);
  }
}

type Tokens = NonNullable<TurnRecord['tokens']>;

function added(before: Tokens | null, { prompt, completion, cached }: Tokens): Tokens {
  return {
    prompt: (before?.prompt ?? 0) + prompt,
    completion: (before?.completion ?? 0) + completion,
    cached: (before?.cached ?? 0) + cached,
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
