import { createHash } from 'node:crypto';

import { SlowcatError } from '../errors.js';

const allowed = /^[A-Za-z0-9._\-@:+]{1,128}$/;

/** A user as the log knows them. Made by {@link userKey} only, so that no unchecked id reaches a key. */
export interface UserKey {
  readonly id: string;
  /** First 16 bytes of the id's SHA-256. */
  readonly prefix: Buffer;
}

/** Bytes of {@link UserKey.prefix}. */
export const userPrefixBytes = 16;

/**
 * Checks an id and turns it into a key prefix. Prefixes have one length, so that no user's key range can lie inside
 * another's, and they are hashes, so that ids stand in values alone, where `forget` can overwrite them.
 * @throws SlowcatError `SLOWCAT_MEMORY_USER`
 */
export function userKey(id: string): UserKey {
  if (!allowed.test(id)) {
    throw new SlowcatError(
      'SLOWCAT_MEMORY_USER',
      'Use 1 to 128 letters (a-z, A-Z), digits or the signs . _ - @ : +',
    );
  }
  return { id, prefix: createHash('sha256').update(id).digest().subarray(0, userPrefixBytes) };
}
