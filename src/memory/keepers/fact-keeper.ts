import { setImmediate } from 'node:timers/promises';

import type { ExtractedFact } from '../facts/fact.js';
import { extractFacts } from '../facts/extract-facts.js';
import { FactBook } from '../facts/fact-book.js';
import { decodeFacts, encodeFacts } from '../facts/fact-record.js';
import { warmUpFacts } from '../facts/tagger.js';
import type { TurnLog } from '../log/turn-log.js';
import { questionBefore } from '../recall/user-index.js';
import type { StoredTurn } from '../types.js';
import type { UserKey } from '../user-id.js';

/** Raised when extraction learns more, so that older turns are read again. */
const extractorVersion = 1;
/** Records read, and turns extracted from, at a time; what was found is written in such batches too. */
const loadedAtOnce = 512;
const extractedAtOnce = 64;

export interface FactKeeperParts {
  readonly log: TurnLog;
  /** Ends a piece of work that the event loop waits for. */
  readonly slice: () => () => boolean;
  /** Told of a fact that was said again, with the turn that it was first said in. */
  readonly onRestated?: (olderId: number, atMs: number) => void;
}

/**
 * What one user's turns say, extracted in the background, kept in a side table and folded into a book. The book may
 * lag behind the log by what was said just now; it belongs to one epoch of the log.
 */
export class FactKeeper {
  readonly #user: UserKey;
  readonly #log: TurnLog;
  readonly #slice: () => () => boolean;
  readonly #onRestated: NonNullable<FactKeeperParts['onRestated']>;
  #book = new FactBook();
  #epoch: string | undefined;
  /** Turns below this number have been read. */
  #next = 1;
  /** Turns among them that are to be read again. */
  #unread: number[] = [];
  #working: Promise<void> | undefined;

  constructor(user: UserKey, { log, slice, onRestated = () => undefined }: FactKeeperParts) {
    this.#user = user;
    this.#log = log;
    this.#slice = slice;
    this.#onRestated = onRestated;
  }

  /** What is known by now. */
  get book(): FactBook {
    return this.#book;
  }

  /** Reads what was not read yet, in slices. Resolves when the book is as new as the log. */
  catchUp(): Promise<void> {
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
    return this.#working;
  }

  async #work(): Promise<void> {
    while (!this.#log.isClosed) {
      const head = this.#log.head(this.#user);
      if (!head) {
        this.#begin(undefined);
        return;
      }
      if (head.epoch !== this.#epoch) {
        this.#begin(head.epoch);
        await this.#load(head.next);
        continue;
      }
      if (this.#next >= head.next && this.#unread.length === 0) return;
      await warmUpFacts();
      if (this.#unread.length > 0) {
        await this.#readAgain(head.epoch);
        continue;
      }
      await this.#extract(head.next, head.epoch);
    }
  }

  #begin(epoch: string | undefined): void {
    this.#epoch = epoch;
    this.#book = new FactBook();
    this.#next = 1;
    this.#unread = [];
  }

  async #load(end: number): Promise<void> {
    const side = this.#log.side('facts');
    const cursor = decodeCursor(side.get(this.#user, 0));
    const next = Math.min(cursor, end);
    for (let from = 1; from < next; from += loadedAtOnce) {
      const facts: ExtractedFact[] = [];
      for (const [turnId, record] of side.range(this.#user, from, Math.min(next, from + loadedAtOnce)))
        facts.push(...(this.#decode(turnId, record) ?? []));
      if (facts.length > 0) this.#book.add(facts);
      await setImmediate();
      if (this.#log.isClosed) return;
    }
    this.#next = next;
  }

  /** Undefined for what has to be read out of the turn again: a turn before it was forgotten, or bytes have flipped. */
  #decode(turnId: number, record: Buffer): ExtractedFact[] | undefined {
    try {
      return decodeFacts(turnId, record);
    } catch {
      this.#unread.push(turnId);
      return undefined;
    }
  }

  async #readAgain(epoch: string): Promise<void> {
    const turnIds = this.#unread.splice(0, extractedAtOnce);
    const found: (readonly [number, Buffer | undefined])[] = [];
    let isOver = this.#slice();
    for (const turnId of turnIds) {
      const turns = this.#log.range(this.#user, Math.max(1, turnId - 1), turnId + 1);
      const turn = turns.find((each) => each.turnId === turnId);
      const facts = turn
        ? this.#read(
            turn,
            turns.find((each) => each.turnId === turnId - 1),
          )
        : [];
      if (facts.length > 0) this.#book.add(facts);
      found.push([turnId, encodeFacts(facts)]);
      if (isOver()) {
        await setImmediate();
        if (this.#isPast(epoch)) return;
        isOver = this.#slice();
      }
    }
    await this.#log.side('facts').put(this.#user, found, epoch);
  }

  /** True when the log is not that any more, in which turns may have been forgotten since. */
  #isPast(epoch: string): boolean {
    return this.#log.isClosed || this.#log.head(this.#user)?.epoch !== epoch;
  }

  async #extract(end: number, epoch: string): Promise<void> {
    const to = Math.min(end, this.#next + extractedAtOnce);
    const from = Math.max(1, this.#next - 1);
    const turns = this.#log.range(this.#user, from, to);
    const found: (readonly [number, Buffer])[] = [];
    let previous: StoredTurn | undefined;
    let isOver = this.#slice();
    for (const turn of turns) {
      if (turn.turnId >= this.#next) {
        const facts = this.#read(turn, previous);
        const record = encodeFacts(facts);
        if (record) found.push([turn.turnId, record]);
        if (facts.length > 0) this.#book.add(facts);
      }
      previous = turn;
      if (isOver()) {
        await setImmediate();
        if (this.#isPast(epoch)) return;
        isOver = this.#slice();
      }
    }
    this.#next = to;
    await this.#log.side('facts').put(this.#user, [...found, [0, encodeCursor(to)]], epoch);
  }

  #read(turn: StoredTurn, previous: StoredTurn | undefined): ExtractedFact[] {
    const previousQuestion = questionBefore(turn, previous);
    // The person's turn before this one is most often behind the assistant's.
    const before = [...this.#book.saidIn(turn.turnId - 2), ...this.#book.saidIn(turn.turnId - 1)];
    const facts = extractFacts(turn, {
      ...(previousQuestion === undefined ? {} : { previousQuestion }),
      ...(before.length > 0 ? { previousFacts: before } : {}),
    });
    for (const fact of facts) {
      const older = this.#book.find(fact);
      if (older !== undefined) this.#onRestated(older.sourceTurn, turn.atMs);
    }
    return facts;
  }
}

/** Version of the extraction, then the number of the first turn that was not read. */
function encodeCursor(next: number): Buffer {
  const record = Buffer.alloc(5);
  record[0] = extractorVersion;
  record.writeUInt32BE(next, 1);
  return record;
}

function decodeCursor(record: Buffer | undefined): number {
  return record?.length === 5 && record[0] === extractorVersion ? record.readUInt32BE(1) : 1;
}
