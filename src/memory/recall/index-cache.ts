import type { TurnLog } from '../log/turn-log.js';
import type { UserKey } from '../user-id.js';
import { UserIndex } from './user-index.js';
import type { KeptVectors } from './vector-shelf.js';

/** The indexes of the users who were asked about last; the others are built again from the log when they come back. */
export class IndexCache {
  readonly #log: TurnLog;
  readonly #maxUsers: number;
  readonly #vectorsOf: ((user: UserKey) => KeptVectors) | undefined;
  /** In order of use, last used last. */
  readonly #indexes = new Map<string, UserIndex>();

  /** @param vectorsOf where a user's vectors are. @defaultValue in memory */
  constructor(log: TurnLog, maxUsers: number, vectorsOf?: (user: UserKey) => KeptVectors) {
    this.#log = log;
    this.#maxUsers = maxUsers;
    this.#vectorsOf = vectorsOf;
  }

  /** The user's index, new if there is none of this epoch. */
  get(user: UserKey, epoch: string, next: number): UserIndex {
    let index = this.#indexes.get(user.id);
    if (index?.epoch !== epoch) {
      index = new UserIndex(this.#log, user, epoch, next, this.#vectorsOf?.(user));
    }
    this.#indexes.delete(user.id);
    this.#indexes.set(user.id, index);
    for (const id of this.#indexes.keys()) {
      if (this.#indexes.size <= this.#maxUsers) break;
      this.#indexes.delete(id);
    }
    return index;
  }

  /** The user's index if it is held; does not count as use. */
  peek(user: UserKey): UserIndex | undefined {
    return this.#indexes.get(user.id);
  }

  drop(user: UserKey): void {
    this.#indexes.delete(user.id);
  }

  clear(): void {
    this.#indexes.clear();
  }

  get size(): number {
    return this.#indexes.size;
  }
}
