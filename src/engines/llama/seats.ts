import { abortable } from './abortable.js';
import { FairQueue } from './fair-queue.js';
import { reusableTokens } from './prompt-chunks.js';
import type { LlamaSlot, TokenId } from './runtime.js';
import { chooseSlot, type SlotState } from './slot-choice.js';

interface Seat {
  readonly slot: LlamaSlot;
  state: SlotState;
  taken: boolean;
}

/** The use of one sequence for one call. */
export interface Lease {
  readonly slot: LlamaSlot;
  /** Tokens at the head of the prompt that need no evaluation. */
  readonly cachedTokens: number;
  /** Runs a native step. An abort rejects at once; the step itself goes on to its end, and the lease with it. */
  run<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /**
   * Gives the sequence back as soon as no step of it runs any more.
   * @param cached tokens it holds, evaluated cut by cut
   * @param stable how many of them its conversation is likely to send again
   */
  release(cached: readonly TokenId[], stable: number): void;
}

/** The sequences of one context, lent to one call each, in order of arrival. */
export class Seats {
  readonly #seats: Seat[];
  readonly #queue: FairQueue;
  readonly #running = new Set<Promise<unknown>>();
  #calls = 0;

  constructor(slots: readonly LlamaSlot[]) {
    this.#seats = slots.map((slot) => ({ slot, state: { cached: [], stable: 0, usedAt: 0 }, taken: false }));
    this.#queue = new FairQueue(slots.length);
  }

  /** True when a call would not have to wait. */
  get free(): boolean {
    return this.#seats.some((seat) => !seat.taken);
  }

  /** Waits for a sequence; among the idle ones takes the one whose cache serves best. */
  async take(prompt: readonly TokenId[], ends: readonly number[], signal: AbortSignal): Promise<Lease> {
    await this.#queue.enter(signal);
    this.#calls += 1;
    const callNumber = this.#calls;
    const idle = this.#seats.flatMap((seat, index) => (seat.taken ? [] : [index]));
    const states = this.#seats.map((seat) => seat.state);
    const seat = this.#seats[chooseSlot(states, idle, prompt, ends, callNumber)];
    if (seat === undefined) throw new RangeError('the queue let in more calls than there are sequences');
    seat.taken = true;
    let lastStep: Promise<unknown> = Promise.resolve();
    return {
      slot: seat.slot,
      cachedTokens: reusableTokens(seat.state.cached, prompt, ends),
      run: async (step, signalOfStep) => {
        signalOfStep.throwIfAborted();
        const running = this.#track(step());
        lastStep = Promise.allSettled([lastStep, running]);
        return abortable(running, signalOfStep);
      },
      release: (cached, stable) => {
        const free = async (): Promise<void> => {
          await lastStep;
          seat.state = { cached, stable, usedAt: callNumber };
          seat.taken = false;
          this.#queue.leave();
        };
        void this.#track(free());
      },
    };
  }

  /** Refuses who waits and comes, and settles when no native step runs any more. Abort running calls first. */
  async close(reason: Error): Promise<void> {
    this.#queue.close(reason);
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const done = (): void => {
      this.#running.delete(work);
    };
    work.then(done, done);
    return work;
  }
}
