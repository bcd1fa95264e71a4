import { int16ToFloat32 } from '../../audio/index.js';
import type { TurnEnd } from '../../engines/interfaces.js';
import {
  BotStartedSpeakingFrame,
  CancelFrame,
  EndFrame,
  FrameProcessor,
  InputAudioRawFrame,
  InterimTranscriptionFrame,
  LLMContextFrame,
  TranscriptionFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
  type FrameDirection,
  type LLMContext,
} from '../../pipeline/index.js';
import { STTSegmentEmptyFrame, STTSegmentStartedFrame } from '../stt/stt-frames.js';
import { turnTextOf } from '../stt/turn-transcript.js';
import { TurnAudio, maxTurnAudioMs } from '../turn/turn-audio.js';
import { isContextRequest, serveContextRequest } from './context-requests.js';
import { joinSegments } from './join-segments.js';
import { UserTurn, type TurnEvent, type UserTurnOptions } from '../turn/user-turn.js';

export interface LLMUserAggregatorOptions {
  /** The conversation, shared with the assistant aggregator. */
  readonly context: LLMContext;
  readonly turn?: Partial<UserTurnOptions>;
  /** Judges from the sound whether the speaker has finished. @defaultValue none: silence alone decides */
  readonly turnEnd?: TurnEnd;
  /**
   * A speaker who goes on within this time, before the bot has made a sound, continues the same turn: what was asked
   * of the model is void, and it is asked again with all that was said. @defaultValue 3000
   */
  readonly continuationMs?: number;
  /**
   * Told of every turn that is written. `continues` when the user went on before the bot made a sound: then the text
   * stands in place of the one told before.
   */
  readonly onTurn?: (text: string, continues: boolean) => void;
}

/** Probability from which a turn counts as complete; Smart Turn's own threshold. */
const completeFrom = 0.5;
/** Heard before the detector was sure of speech: Smart Turn wants half a second, the detector takes 200 ms. */
const beforeSpeechMs = 700;

/**
 * Gathers what the user says into one message a turn and asks the model for an answer.
 *
 * Holds the user-turn decision ({@link UserTurn}): at its start everybody is told and the bot is interrupted, at its
 * end the message is written to the context and the context goes to the model. A turn without words asks nothing.
 */
export class LLMUserAggregator extends FrameProcessor {
  readonly #context: LLMContext;
  readonly #turn: UserTurn;
  readonly #turnEnd: TurnEnd | undefined;
  readonly #audio = new TurnAudio();
  readonly #closing = new AbortController();
  #turnStartedMs = 0;
  /** Counts stops of the voice, so that a verdict on an earlier one is known for stale. */
  #stops = 0;
  readonly #continuationMs: number;
  readonly #onTurn: LLMUserAggregatorOptions['onTurn'];
  #words: string[] = [];
  /** Of the words, how many come from before this turn and are not in its transcripts. */
  #carried = 0;
  /** What was asked last, until the bot makes a sound. */
  #unanswered: { readonly text: string; readonly atMs: number } | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(options: LLMUserAggregatorOptions) {
    super();
    this.#context = options.context;
    this.#turn = new UserTurn(options.turn);
    this.#turnEnd = options.turnEnd;
    this.#continuationMs = options.continuationMs ?? 3000;
    this.#onTurn = options.onTurn;
  }

  override canGenerateMetrics(): boolean {
    return this.#turnEnd !== undefined;
  }

  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (direction === 'upstream') {
      if (frame instanceof BotStartedSpeakingFrame) this.#unanswered = null;
      this.pushFrame(frame, direction);
      return;
    }
    if (frame instanceof TranscriptionFrame) {
      this.#gather(frame);
      this.#on({ type: 'recognised', text: frame.text.trim() });
    } else if (frame instanceof STTSegmentEmptyFrame) {
      this.#on({ type: 'recognised', text: '' });
    } else if (frame instanceof STTSegmentStartedFrame) {
      this.#on({ type: 'recognition-started' });
    } else if (frame instanceof InterimTranscriptionFrame) {
      return;
    } else if (isContextRequest(frame)) {
      const asked = serveContextRequest(frame, this.#context);
      if (asked) this.pushFrame(asked);
    } else {
      if (frame instanceof EndFrame || frame instanceof CancelFrame) this.#cancelTimer?.();
      this.pushFrame(frame, direction);
      if (frame instanceof InputAudioRawFrame) {
        if (this.#turnEnd) this.#audio.push(int16ToFloat32(frame.audio));
      } else if (frame instanceof VADUserStartedSpeakingFrame) {
        this.#stops += 1;
        this.#on({ type: 'vad-started' });
      } else if (frame instanceof VADUserStoppedSpeakingFrame) {
        this.#on({ type: 'vad-stopped' });
        if (this.#turnEnd) void this.#judge(this.#turnEnd);
      }
    }
  }

  override cleanup(): void {
    this.#closing.abort();
    this.#cancelTimer?.();
  }

  /** Asks the model beside the frames: recognition and interruptions never wait for it. */
  async #judge(turnEnd: TurnEnd): Promise<void> {
    const stop = this.#stops;
    const { clock } = this.session;
    const askedMs = clock.nowMs();
    const turnMs = askedMs - this.#turnStartedMs + beforeSpeechMs;
    try {
      const probability = await turnEnd.predict(this.#audio.last(Math.min(turnMs, maxTurnAudioMs)), {
        signal: this.#closing.signal,
      });
      if (stop !== this.#stops || this.#closing.signal.aborted) return;
      this.metrics.reportTurn(probability > completeFrom, probability, clock.nowMs() - askedMs);
      this.#on({ type: 'judged', complete: probability > completeFrom });
    } catch (error) {
      // Without a verdict the turn ends by silence.
      if (!this.#closing.signal.aborted) this.pushError(error);
    }
  }

  #on(event: TurnEvent): void {
    const action = this.#turn.on(event, this.session.clock.nowMs());
    if (action === 'start') this.#startTurn();
    else if (action === 'stop') this.#stopTurn();
    this.#armTimer();
  }

  /** A transcript of the whole turn stands in place of those of its parts. */
  #gather(frame: TranscriptionFrame): void {
    const turnText = turnTextOf(frame);
    if (turnText !== null) this.#words = [...this.#words.slice(0, this.#carried), turnText];
    else if (frame.text.trim() !== '') this.#words.push(frame.text.trim());
  }

  #armTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const deadlineMs = this.#turn.deadlineMs;
    if (deadlineMs === null) return;
    const inMs = Math.max(0, deadlineMs - this.session.clock.nowMs());
    this.#cancelTimer = this.session.clock.schedule(inMs, () => this.#on({ type: 'tick' }));
  }

  #startTurn(): void {
    this.#turnStartedMs = this.session.clock.nowMs();
    this.#takeBackUnanswered();
    this.broadcastFrame(() => new UserStartedSpeakingFrame());
    this.broadcastInterruption();
  }

  #takeBackUnanswered(): void {
    const asked = this.#unanswered;
    this.#unanswered = null;
    if (asked === null || this.session.clock.nowMs() - asked.atMs > this.#continuationMs) return;
    const { messages } = this.#context;
    const last = messages.at(-1);
    if (last?.role !== 'user' || last.content !== asked.text) return;
    this.#context.replace(messages.slice(0, -1));
    this.#words.unshift(asked.text);
    this.#carried = 1;
  }

  #stopTurn(): void {
    const text = joinSegments(this.#words);
    const continues = this.#carried > 0;
    this.#words = [];
    this.#carried = 0;
    if (text !== '') {
      this.#context.add({ role: 'user', content: text });
      this.#unanswered = { text, atMs: this.session.clock.nowMs() };
      this.#onTurn?.(text, continues);
      this.pushFrame(new LLMContextFrame(this.#context));
    }
    this.broadcastFrame(() => new UserStoppedSpeakingFrame());
  }
}
