import type { FrameObserver, FrameProcessed, FramePushed, PipelineLogger } from '../processor-setup.js';
import { BaseObserver } from './base-observer.js';

/** Events that may wait for one slow observer; beyond, the newest are dropped and counted. */
export const observerQueueLimit = 10_000;

type Call = (observer: BaseObserver) => void | Promise<void>;

/** One observer with the events that wait while it awaits. */
class ObserverLine {
  readonly observer: BaseObserver;
  readonly wantsPushes: boolean;
  readonly wantsProcessing: boolean;
  readonly #logger: PipelineLogger;
  #waiting: Call[] = [];
  #busy: Promise<void> | undefined;
  #dropped = 0;

  constructor(observer: BaseObserver, logger: PipelineLogger) {
    this.observer = observer;
    this.#logger = logger;
    this.wantsPushes = observer.onPushFrame !== BaseObserver.prototype.onPushFrame;
    this.wantsProcessing = observer.onProcessFrame !== BaseObserver.prototype.onProcessFrame;
  }

  /** Calls at once while the observer is free: one that does not await costs no queue. */
  tell(call: Call): void {
    if (!this.#busy) {
      const done = this.#call(call);
      if (done) this.#busy = this.#drainAfter(done);
    } else if (this.#waiting.length < observerQueueLimit) this.#waiting.push(call);
    else this.#drop();
  }

  /** Resolves when everything told so far has been dealt with. */
  idle(): Promise<void> {
    return this.#busy ?? Promise.resolve();
  }

  async #drainAfter(first: Promise<void>): Promise<void> {
    await first;
    while (this.#waiting.length > 0) {
      const calls = this.#waiting;
      this.#waiting = [];
      for (const call of calls) await this.#call(call);
    }
    this.#busy = undefined;
  }

  /** @returns a promise that never rejects, or undefined when the observer is done already */
  #call(call: Call): Promise<void> | undefined {
    try {
      return call(this.observer)?.catch((error: unknown) => {
        this.#failed(error);
      });
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    this.#logger.error({ observer: this.observer.constructor.name, err: error }, 'An observer failed');
  }

  #drop(): void {
    if (this.#dropped === 0) {
      const fields = { observer: this.observer.constructor.name, limit: observerQueueLimit };
      this.#logger.warn(fields, 'An observer is too slow; events are dropped');
    }
    this.#dropped += 1;
  }
}

/** Hands every event on to every observer of a session. */
export class TaskObserver implements FrameObserver {
  readonly #logger: PipelineLogger;
  #lines: readonly ObserverLine[] = [];
  #wantsPushes = false;
  #wantsProcessing = false;

  constructor(observers: readonly BaseObserver[], logger: PipelineLogger) {
    this.#logger = logger;
    for (const observer of observers) this.add(observer);
  }

  get wantsPushes(): boolean {
    return this.#wantsPushes;
  }

  get wantsProcessing(): boolean {
    return this.#wantsProcessing;
  }

  add(observer: BaseObserver): void {
    this.#set([...this.#lines, new ObserverLine(observer, this.#logger)]);
  }

  remove(observer: BaseObserver): void {
    this.#set(this.#lines.filter((line) => line.observer !== observer));
  }

  onPushFrame(event: FramePushed): void {
    for (const line of this.#lines) {
      if (!line.wantsPushes || !(event.firstPush || line.observer.observeEveryPush)) continue;
      line.tell((observer) => observer.onPushFrame(event));
    }
  }

  onProcessFrame(event: FrameProcessed): void {
    for (const line of this.#lines) {
      if (line.wantsProcessing) line.tell((observer) => observer.onProcessFrame(event));
    }
  }

  pipelineStarted(): void {
    for (const line of this.#lines) line.tell((observer) => observer.onPipelineStarted());
  }

  /** Tells the end and waits until every observer has dealt with everything. */
  async pipelineFinished(): Promise<void> {
    for (const line of this.#lines) line.tell((observer) => observer.onPipelineFinished());
    await Promise.all(this.#lines.map((line) => line.idle()));
  }

  #set(lines: readonly ObserverLine[]): void {
    this.#lines = lines;
    this.#wantsPushes = lines.some((line) => line.wantsPushes);
    this.#wantsProcessing = lines.some((line) => line.wantsProcessing);
  }
}
