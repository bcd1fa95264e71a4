import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';

import type { CancelTimer, Clock } from '../../pipeline/clock.js';
import { sleepOn } from '../../pipeline/clock.js';
import { FrameProcessor } from '../../pipeline/frame-processor.js';
import { StartFrame, type Frame } from '../../pipeline/frames/index.js';
import { silentLogger } from '../../pipeline/processor-setup.js';
import { isIdle } from '../../pipeline/scheduler.js';
import { FrameSchema, type Frame as WireFrame } from '../serializers/gen/frames_pb.js';
import type { WebSocketTransportOptions } from './transport-options.js';
import type { SocketListener, TransportSocket } from './transport-socket.js';
import { WebSocketTransport } from './websocket-transport.js';

/** Lets everything that is in line run: frames, promises, conversions. No time passes. */
export const settle = async (): Promise<void> => {
  for (let idle = 0; idle < 5; idle = isIdle() ? idle + 1 : 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** Settles until the condition holds, for work that other threads do, such as compiling WebAssembly. */
export const settleUntil = async (condition: () => boolean): Promise<void> => {
  for (let round = 0; !condition(); round++) {
    if (round > 100_000) throw new Error('what was waited for did not happen');
    await settle();
  }
};

interface Timer {
  readonly atMs: number;
  readonly fn: () => void;
}

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.#nowMs * 1e6));
  }

  schedule(ms: number, fn: () => void): CancelTimer {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Runs all that falls due within the next `ms`, each at its own time. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#timers
        .filter(({ atMs }) => atMs <= untilMs)
        .reduce<Timer | undefined>(
          (best, timer) => (!best || timer.atMs < best.atMs ? timer : best),
          undefined,
        );
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fn();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

/** A socket whose other end is the test. */
export class FakeSocket implements TransportSocket {
  readonly #clock: Clock;
  readonly #log: LogEntry[];
  #listener: SocketListener | undefined;
  isOpen = true;
  bufferedAmount = 0;
  paused = true;
  pings = 0;
  answersPings = true;
  closedWith: number | 'terminated' | undefined;
  readonly sent: { readonly atMs: number; readonly frame: WireFrame['frame'] }[] = [];

  constructor(clock: Clock, log: LogEntry[]) {
    this.#clock = clock;
    this.#log = log;
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    this.paused = false;
  }

  send(data: Uint8Array | string): void {
    if (typeof data === 'string') throw new Error('the format is binary');
    const { frame } = fromBinary(FrameSchema, data);
    this.sent.push({ atMs: this.#clock.nowMs(), frame });
    this.#log.push({ where: 'wire', what: frame.case ?? 'nothing', atMs: this.#clock.nowMs() });
  }

  ping(): void {
    this.pings += 1;
    if (this.answersPings) this.#listener?.onPong();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.closedWith = code;
    this.#end(code, reason);
  }

  terminate(): void {
    if (!this.isOpen) return;
    this.closedWith = 'terminated';
    this.#end(1006, '');
  }

  /** The client closes. */
  leave(): void {
    this.#end(1000, '');
  }

  receive(data: Uint8Array | string): void {
    if (this.isOpen) this.#listener?.onMessage(data);
  }

  receiveFrame(frame: NonNullable<MessageInitShape<typeof FrameSchema>['frame']>): void {
    this.receive(toBinary(FrameSchema, create(FrameSchema, { frame })));
  }

  #end(code: number, reason: string): void {
    this.isOpen = false;
    this.#listener?.onClose(code, reason);
  }
}

export interface LogEntry {
  readonly where: 'wire' | 'downstream' | 'upstream';
  readonly what: string;
  readonly atMs: number;
}

class Collector extends FrameProcessor {
  readonly frames: Frame[] = [];
  readonly #onFrame: (frame: Frame) => void;

  constructor(onFrame: (frame: Frame) => void) {
    super();
    this.#onFrame = onFrame;
  }

  override processFrame(frame: Frame): void {
    this.frames.push(frame);
    this.#onFrame(frame);
  }
}

/** A transport alone in a pipeline: whatever leaves it, either way or by wire, is in `log`. */
export class TransportHarness {
  readonly clock = new ManualClock();
  readonly log: LogEntry[] = [];
  readonly socket = new FakeSocket(this.clock, this.log);
  readonly transport: WebSocketTransport;
  readonly #up = new Collector((frame) => this.#note('upstream', frame));
  readonly #down = new Collector((frame) => this.#note('downstream', frame));

  private constructor(options: Partial<WebSocketTransportOptions>) {
    this.transport = new WebSocketTransport(this.socket, options);
  }

  static async start(options: Partial<WebSocketTransportOptions> = {}): Promise<TransportHarness> {
    const harness = new TransportHarness(options);
    const chain = harness.#chain();
    chain.forEach((processor, i) => {
      const next = chain[i + 1];
      if (next) processor.link(next);
    });
    const setup = {
      clock: harness.clock,
      audioInSampleRateHz: 16_000,
      audioOutSampleRateHz: 24_000,
      enableMetrics: false,
      enableUsageMetrics: false,
      reportOnlyInitialTtfb: false,
      logger: silentLogger,
      signal: new AbortController().signal,
    };
    for (const processor of chain) await processor.beginSession(setup);
    harness.#up.queueFrame(new StartFrame());
    harness.transport.input().queueFrame(new StartFrame());
    await settle();
    return harness;
  }

  /** Frames that left downstream. */
  get down(): readonly Frame[] {
    return this.#down.frames;
  }

  /** Frames that left upstream. */
  get up(): readonly Frame[] {
    return this.#up.frames.slice(1);
  }

  /** Hands the output frames as a pipeline would. */
  async push(...frames: Frame[]): Promise<void> {
    for (const frame of frames) this.transport.output().queueFrame(frame);
    await settle();
  }

  /** Frames of one class that left downstream. */
  of<T extends Frame>(type: abstract new (...args: never[]) => T): T[] {
    return this.#down.frames.filter((frame): frame is T => frame instanceof type);
  }

  /** When each message of one kind was written. */
  wireTimes(kind: string): number[] {
    return this.socket.sent.filter(({ frame }) => frame.case === kind).map(({ atMs }) => atMs);
  }

  /** Where and when a frame left, e.g. `downstream@40`. */
  moments(what: string): string[] {
    return this.log.filter((entry) => entry.what === what).map(({ where, atMs }) => `${where}@${atMs}`);
  }

  async end(): Promise<void> {
    for (const processor of this.#chain()) await processor.endSession();
  }

  #chain(): FrameProcessor[] {
    return [this.#up, this.transport.input(), this.transport.output(), this.#down];
  }

  #note(where: LogEntry['where'], frame: Frame): void {
    this.log.push({ where, what: frame.type, atMs: this.clock.nowMs() });
  }
}
