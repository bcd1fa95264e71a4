import {
  AggregatedTextFrame,
  TTSStoppedFrame,
  TTSTextFrame,
  type Frame,
} from '../../pipeline/frames/index.js';
import type { HeardClause } from '../../pipeline/heard.js';
import { heardWords } from './heard-words.js';

interface Clause {
  readonly text: string;
  readonly startMs: number;
  /** Undefined while the voice has not come to its end. */
  endMs: number | undefined;
  frameId: number | null;
  segmentId: number | null;
  appendToContext: boolean;
  interruptible: boolean;
  passedOn: boolean;
}

/** How long a voice takes for a character until one has been measured: 15 characters a second. */
const defaultMsPerChar = 1000 / 15;
/** What a client may have heard so much later than estimated is no longer asked for. */
const keptMs = 10_000;
/** Timers count whole milliseconds. */
const roundingMs = 0.5;

/**
 * Which stretch of the session's audio speaks which clause. A clause begins where it is announced and ends where its
 * TTSTextFrame follows its audio; a voice that announces nothing begins where the clause before it ended.
 *
 * Pure. Positions are milliseconds of all audio of the session.
 */
export class SpokenClauses {
  #clauses: Clause[] = [];
  #lastEndMs = 0;
  #measuredMs = 0;
  #measuredChars = 0;

  /** A frame's turn has come behind the audio up to `atMs`. */
  observe(frame: Frame, atMs: number): void {
    if (frame instanceof AggregatedTextFrame) {
      if (frame.willBeSpoken && frame.skipTts !== true) this.#begin(frame, atMs);
    } else if (frame instanceof TTSTextFrame) {
      // Words with times of their own come when they are spoken.
      if (frame.pts === null) this.#end(frame, atMs);
    } else if (frame instanceof TTSStoppedFrame) {
      this.#dropOpen();
      this.#lastEndMs = atMs;
    }
  }

  /** The frame that tells of a clause has been passed on. */
  passedOn(frame: TTSTextFrame): void {
    const clause = this.#clauses.find(({ frameId }) => frameId === frame.id);
    if (clause) clause.passedOn = true;
  }

  /**
   * What was heard of each clause that is not over, when the audio was heard up to `heardMs`.
   *
   * @param knownMs all audio that there is by now, sent or not
   */
  cut(heardMs: number, knownMs: number): HeardClause[] {
    return this.#clauses.flatMap((clause) => {
      const { text, startMs, frameId, passedOn, appendToContext } = clause;
      const endMs = clause.endMs ?? Math.max(knownMs, startMs + text.length * this.#msPerChar());
      const whole = heardMs >= endMs - roundingMs;
      if (!clause.interruptible || (whole && passedOn)) return [];
      const share = whole ? 1 : (heardMs - startMs) / (endMs - startMs);
      return [{ frameId, text: heardWords(text, share), passedOn, appendToContext }];
    });
  }

  /** Starts anew, as after an interruption. */
  reset(atMs: number): void {
    this.#clauses = [];
    this.#lastEndMs = atMs;
  }

  #begin(frame: AggregatedTextFrame, atMs: number): void {
    this.#dropOpen();
    this.#clauses = this.#clauses.filter(
      ({ passedOn, endMs }) => !passedOn || (endMs ?? atMs) > atMs - keptMs,
    );
    this.#clauses.push({
      text: frame.text,
      startMs: atMs,
      endMs: undefined,
      frameId: null,
      segmentId: frame.id,
      appendToContext: frame.metadata['appendToContext'] !== false,
      interruptible: frame.interruptible,
      passedOn: false,
    });
  }

  #end(frame: TTSTextFrame, atMs: number): void {
    const last = this.#clauses.at(-1);
    const isOpen =
      last?.endMs === undefined && (frame.segmentId === null || frame.segmentId === last?.segmentId);
    if (!isOpen) this.#dropOpen();
    const clause: Clause =
      last !== undefined && isOpen
        ? last
        : {
            text: frame.text,
            startMs: this.#lastEndMs,
            endMs: atMs,
            frameId: frame.id,
            segmentId: frame.segmentId,
            appendToContext: frame.appendToContext,
            interruptible: frame.interruptible,
            passedOn: false,
          };
    if (clause !== last) this.#clauses.push(clause);
    clause.endMs = atMs;
    clause.frameId = frame.id;
    clause.appendToContext = frame.appendToContext;
    clause.interruptible = frame.interruptible;
    this.#lastEndMs = atMs;
    this.#measuredMs += atMs - clause.startMs;
    this.#measuredChars += clause.text.length;
  }

  /** A clause that was announced and made no sound. */
  #dropOpen(): void {
    if (this.#clauses.at(-1)?.endMs === undefined) this.#clauses.pop();
  }

  #msPerChar(): number {
    return this.#measuredChars > 0 ? this.#measuredMs / this.#measuredChars : defaultMsPerChar;
  }
}
