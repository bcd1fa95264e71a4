import { append, leafHash, saltBytes } from '../proof/mountain-range.js';
import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import { numberedKey, quietly, writeBatch, type LogStore } from './store.js';
import { encodeTail } from './tail-record.js';
import { encodeTurn } from './turn-record.js';

export type NewTurn = Omit<StoredTurn, 'turnId'>;

/** What is known of a turn as soon as it is taken. */
export interface Accepted {
  /** Its number, unless another process writes for the same user at the same time and comes first. */
  readonly expectedTurnId: number;
  /** Its number, when it is committed and flushed. */
  readonly stored: Promise<number>;
}

interface Waiting {
  readonly record: Buffer;
  readonly resolve: (turnId: number) => void;
  readonly reject: (error: unknown) => void;
}

interface Queue {
  readonly items: Waiting[];
  next: number;
}

/** Takes turns and commits them, those together that came while the last commit was open. */
export class Appender {
  readonly #store: LogStore;
  readonly #random: (bytes: number) => Buffer;
  readonly #onCommit: (user: UserKey, unsealed: number) => void;
  readonly #queues = new Map<string, Queue>();

  /**
   * @param random bytes that nobody can guess
   * @param onCommit called after every commit with the number of turns that are in no sealed segment
   */
  constructor(
    store: LogStore,
    random: (bytes: number) => Buffer,
    onCommit: (user: UserKey, unsealed: number) => void,
  ) {
    this.#store = store;
    this.#random = random;
    this.#onCommit = onCommit;
  }

  /**
   * @param track keeps the log open until the write is over
   */
  enqueue(user: UserKey, turn: NewTurn, track: (work: Promise<void>) => void): Accepted {
    const record = encodeTurn(turn);
    let queue = this.#queues.get(user.id);
    if (!queue) {
      queue = { items: [], next: this.#store.head(user.prefix)?.next ?? 1 };
      this.#queues.set(user.id, queue);
      track(this.#drain(user, queue));
    }
    const expectedTurnId = queue.next++;
    const { items } = queue;
    const stored = new Promise<number>((resolve, reject) => items.push({ record, resolve, reject }));
    return { expectedTurnId, stored };
  }

  async #drain(user: UserKey, queue: Queue): Promise<void> {
    // One turn of the event loop, so that turns remembered together are committed together.
    await Promise.resolve();
    while (queue.items.length > 0) {
      const batch = queue.items.splice(0, writeBatch);
      try {
        const { first, unsealed } = await this.#commit(user, batch);
        queue.next = first + batch.length + queue.items.length;
        batch.forEach((item, i) => item.resolve(first + i));
        // Who waits for the turn comes first.
        await Promise.resolve();
        this.#onCommit(user, unsealed);
      } catch (error) {
        queue.next -= batch.length;
        batch.forEach((item) => item.reject(error));
      }
    }
    this.#queues.delete(user.id);
  }

  async #commit(
    user: UserKey,
    batch: readonly Waiting[],
  ): Promise<{ readonly first: number; readonly unsealed: number }> {
    const bytes = batch.reduce((sum, { record }) => sum + record.length, 0);
    const salts = this.#random(saltBytes * batch.length);
    const sealed = batch.map(({ record }, i) => {
      const salt = salts.subarray(saltBytes * i, saltBytes * (i + 1));
      const leaf = leafHash(salt, record);
      return { leaf, value: encodeTail({ kind: 'turn', salt, record }, leaf) };
    });
    let first = 0;
    let unsealed = 0;
    await this.#store.update(user, (now) => {
      first = now.next;
      unsealed = first + batch.length - 1 - now.sealed;
      return {
        head: {
          ...now,
          next: first + batch.length,
          turns: now.turns + batch.length,
          bytes: now.bytes + bytes,
          range: sealed.reduce((range, { leaf }) => append(range, leaf), now.range),
        },
        apply: () =>
          sealed.forEach(({ value }, i) =>
            quietly(this.#store.turns.put(numberedKey(user.prefix, first + i), value)),
          ),
      };
    });
    return { first, unsealed };
  }
}
