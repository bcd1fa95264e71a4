import { corrupt } from '../log/format.js';
import type { UserHead } from '../log/head-record.js';
import type { LogReader } from '../log/log-reader.js';
import { numberedKey, type LogStore } from '../log/store.js';
import { leafOf } from '../log/tail-record.js';
import type { ProofOfTurn } from '../types.js';
import type { UserKey } from '../user-id.js';
import {
  consistencyProof,
  inclusionProof,
  withRecord,
  type ConsistencyProof,
} from './mountain-range-proof.js';
import { headOf, segmentHeight, type HashSource } from './mountain-range.js';

/** The hashes of a user's log: leaves are computed from the turns, roots of sealed segments are kept. */
export function hashesOf(store: LogStore, reader: LogReader, user: UserKey, head: UserHead): HashSource {
  return {
    leaf(index) {
      const entry = reader.entry(user, head, index + 1);
      if (!entry) throw corrupt(`turn ${index + 1} of a user, which is missing`);
      return leafOf(entry);
    },
    root(height, index) {
      return height === segmentHeight && (index + 1) * 2 ** height <= head.sealed
        ? store.roots.get(numberedKey(user.prefix, index))
        : undefined;
    },
  };
}

/** A proof that a turn is part of the log, with the turn's record unless it was forgotten. */
export function proofOf(
  store: LogStore,
  reader: LogReader,
  user: UserKey,
  turnId: number,
): ProofOfTurn | undefined {
  const head = store.head(user.prefix);
  const entry = head && reader.entry(user, head, turnId);
  if (!entry) return undefined;
  const proof = inclusionProof(hashesOf(store, reader, user, head), turnId - 1, head.next - 1);
  const whole = entry.kind === 'turn' ? withRecord(proof, entry.salt, entry.record) : proof;
  return { turnId, head: Buffer.from(headOf(head.range)).toString('hex'), ...whole };
}

/** A proof that the log of `from` turns became today's by appending only. @throws RangeError unless 0 <= from < next */
export function growthOf(
  store: LogStore,
  reader: LogReader,
  user: UserKey,
  from: number,
): ConsistencyProof | undefined {
  const head = store.head(user.prefix);
  return head && consistencyProof(hashesOf(store, reader, user, head), from, head.next - 1);
}
