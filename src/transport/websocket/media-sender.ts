import type { CancelTimer, Clock } from '../../pipeline/clock.js';
import { TTSTextFrame, type Frame, type OutputAudioFrame } from '../../pipeline/frames/index.js';
import type { HeardClause } from '../../pipeline/heard.js';
import type { Pacer, PlayoutMark } from '../playout/pacer.js';
import { SpokenClauses } from '../playout/spoken-clauses.js';

/** One thing that waits its turn behind the audio that came before it. */
type Item =
  | { readonly kind: 'audio'; readonly chunk: OutputAudioFrame; readonly durationMs: number }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'mark'; readonly reached: () => void };

interface Release {
  readonly atMs: number;
  readonly item: Exclude<Item, { kind: 'audio' }>;
}

/** What a sender asks of its transport. Nothing of it throws. */
export interface MediaSenderHost {
  /** False while the client does not take what was sent before. */
  canWrite(): boolean;
  /** @param heardInMs when this chunk will have been heard, by estimate */
  writeAudio(chunk: OutputAudioFrame, heardInMs: number): void;
  /** A frame's turn on the wire has come, right after the audio before it was sent. */
  onSent(frame: Frame): void;
  /** The audio before this frame has been heard. */
  onHeard(frame: Frame): void;
  /** The client has taken nothing for the whole write timeout. */
  onStalled(): void;
}

export interface MediaSenderOptions {
  readonly writeTimeoutMs: number;
}

/** How often to look whether a slow client takes more; half a chunk of 40 ms. */
const backPressurePollMs = 20;

/** A client that claims to be later than this is not waited for. */
const maxLagMs = 2000;
/** What a client has told of its lag is old by then. */
const lagValidMs = 1000;

/** Timers count whole milliseconds; what is due within half of one is due. */
const dueMs = 0.5;

const survives = (item: Item): boolean => {
  switch (item.kind) {
    case 'audio':
      return !item.chunk.interruptible;
    case 'frame':
      return !item.frame.interruptible;
    case 'mark':
      return true;
  }
};

/**
 * Sends audio at the pace at which it is heard, and everything else in order with it. A frame goes on only when the
 * audio before it has been heard, by estimate: text that the user never heard stays out of the conversation when
 * the user interrupts.
 */
export class MediaSender {
  readonly #clock: Clock;
  readonly #pacer: Pacer;
  readonly #host: MediaSenderHost;
  readonly #options: MediaSenderOptions;
  readonly #clauses = new SpokenClauses();
  #sentMs = 0;
  #lastIsFirm = false;
  #lag = { ms: 0, toldAtMs: 0 };
  #queue: Item[] = [];
  #releases: Release[] = [];
  #stalledSinceMs: number | undefined;
  #gone = false;
  #pumping = false;
  #cancelTimer: CancelTimer | undefined;

  constructor(clock: Clock, pacer: Pacer, host: MediaSenderHost, options: MediaSenderOptions) {
    this.#clock = clock;
    this.#pacer = pacer;
    this.#host = host;
    this.#options = options;
  }

  /** True while audio waits to be sent. */
  get hasAudio(): boolean {
    return this.#queue.some((item) => item.kind === 'audio');
  }

  /** True while the client plays what may not be interrupted. */
  get playsOn(): boolean {
    return this.#lastIsFirm && this.#pacer.remainingMs(this.#clock.nowMs()) > 0;
  }

  /** All audio sent so far, in milliseconds. */
  get sentMs(): number {
    return this.#sentMs;
  }

  /** So much of it has been heard, by estimate. */
  get heardMs(): number {
    return this.#sentMs - this.#pacer.remainingMs(this.#clock.nowMs());
  }

  /**
   * The client says that it has played up to `playedMs` of all audio sent: what waits to be heard waits for a client
   * that is later than estimated. Audio is sent at the same pace all the same: the way to the client and back is part of
   * what makes it late, and it must not run dry.
   */
  acknowledge(playedMs: number): void {
    const nowMs = this.#clock.nowMs();
    const unplayedMs = this.#sentMs - playedMs;
    // When it will have played everything, against when it should have.
    const lateMs = unplayedMs > 0 ? nowMs + unplayedMs - this.#pacer.playedOutAtMs : 0;
    this.#lag = { ms: Math.min(Math.max(0, lateMs), maxLagMs), toldAtMs: nowMs };
    this.#pump();
  }

  /**
   * What is heard of each clause that is not over when nothing behind `heardMs` is heard any more. Ask once, before
   * {@link interrupt} or {@link close}.
   */
  cut(heardMs: number): readonly HeardClause[] {
    let knownMs = this.#sentMs;
    for (const item of this.#queue) {
      if (item.kind === 'audio') knownMs += item.durationMs;
      else if (item.kind === 'frame') this.#clauses.observe(item.frame, knownMs);
    }
    const heard = this.#clauses.cut(heardMs, knownMs);
    this.#clauses.reset(this.#sentMs);
    return heard;
  }

  enqueueAudio(chunk: OutputAudioFrame): void {
    if (this.#gone) return;
    this.#queue.push({ kind: 'audio', chunk, durationMs: (chunk.numFrames / chunk.sampleRateHz) * 1000 });
    this.#pump();
  }

  enqueueFrame(frame: Frame): void {
    this.#queue.push({ kind: 'frame', frame });
    this.#pump();
  }

  /** Resolves when everything enqueued before has been heard or dropped. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push({ kind: 'mark', reached: resolve });
      this.#pump();
    });
  }

  /**
   * Drops what may be dropped; says what was heard of what was sent. The next chunk may go at once, unless the client
   * {@link playsOn}.
   */
  interrupt(): PlayoutMark {
    this.#queue = this.#queue.filter(survives);
    this.#releases = this.#releases.filter(({ item }) => survives(item));
    const nowMs = this.#clock.nowMs();
    if (this.playsOn) {
      this.#pump();
      return { playedMs: this.#pacer.playedMs(nowMs), unplayedMs: this.#pacer.remainingMs(nowMs) };
    }
    const mark = this.#pacer.reset(nowMs);
    this.#releases = this.#releases.map(({ item }) => ({ atMs: Number.NEGATIVE_INFINITY, item }));
    this.#pump();
    return mark;
  }

  /** Nobody listens any more: audio is dropped from now on, and everything else goes on without delay. */
  setGone(): void {
    this.#gone = true;
    this.#pump();
  }

  /** Drops everything and stops the timer; marks are reached. Idempotent. */
  close(): void {
    this.#gone = true;
    this.#cancelTimer?.();
    const left = [...this.#releases.map(({ item }) => item), ...this.#queue];
    this.#queue = [];
    this.#releases = [];
    for (const item of left) if (item.kind === 'mark') item.reached();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    let wakeMs = this.#send();
    const nowMs = this.#clock.nowMs();
    wakeMs = Math.min(wakeMs, this.#release(nowMs));
    this.#pumping = false;
    if (!Number.isFinite(wakeMs)) return;
    this.#cancelTimer = this.#clock.schedule(Math.ceil(wakeMs), () => this.#pump());
  }

  /** Sends what is due. @returns in how many milliseconds more may be, Infinity when nothing waits */
  #send(): number {
    for (;;) {
      const item = this.#queue[0];
      if (item === undefined) return Number.POSITIVE_INFINITY;
      if (item.kind === 'audio' && !this.#gone) {
        const nowMs = this.#clock.nowMs();
        const waitMs = this.#pacer.waitMs(nowMs);
        if (waitMs > dueMs) return waitMs;
        if (!this.#host.canWrite()) return this.#stall(nowMs);
        this.#stalledSinceMs = undefined;
        this.#pacer.sent(nowMs, item.durationMs);
        this.#sentMs += item.durationMs;
        this.#lastIsFirm = !item.chunk.interruptible;
        this.#queue.shift();
        this.#host.writeAudio(item.chunk, this.#pacer.remainingMs(nowMs));
        continue;
      }
      this.#queue.shift();
      if (item.kind === 'audio') continue;
      if (item.kind === 'frame') {
        this.#clauses.observe(item.frame, this.#sentMs);
        this.#host.onSent(item.frame);
      }
      this.#releases.push({ atMs: this.#pacer.playedOutAtMs, item });
    }
  }

  #stall(nowMs: number): number {
    this.#stalledSinceMs ??= nowMs;
    if (nowMs - this.#stalledSinceMs < this.#options.writeTimeoutMs) return backPressurePollMs;
    this.#gone = true;
    this.#host.onStalled();
    return 0;
  }

  /** Lets go what has been heard. @returns in how many milliseconds the next will be, Infinity when none waits */
  #release(nowMs: number): number {
    const lagMs = nowMs - this.#lag.toldAtMs <= lagValidMs ? this.#lag.ms : 0;
    for (;;) {
      const next = this.#releases[0];
      if (next === undefined) return Number.POSITIVE_INFINITY;
      const waitMs = this.#gone ? 0 : next.atMs + lagMs - nowMs;
      if (waitMs > dueMs) return waitMs;
      this.#releases.shift();
      if (next.item.kind === 'mark') {
        next.item.reached();
        continue;
      }
      const { frame } = next.item;
      if (frame instanceof TTSTextFrame) this.#clauses.passedOn(frame);
      this.#host.onHeard(frame);
    }
  }
}
