import { errorTable, SlowcatError } from '../errors.js';

/**
 * A kind of source cannot be reached at all from this machine (no Python, no network), so the other files that would
 * come from it need not be tried one by one.
 */
export class SourceUnreachableError extends SlowcatError {
  constructor(detail: string, options?: { cause?: unknown }) {
    super('SLOWCAT_MODEL_FETCH', detail, options);
  }
}

/** What happened, without the sentence that every error of its code begins with: for lists of reasons. */
export function detailOf(error: SlowcatError): string {
  const opening = `${errorTable[error.code]} `;
  return error.message.startsWith(opening) ? error.message.slice(opening.length) : error.message;
}
