import { pageDocs } from './postings-kernel.js';
import type { OpenPostings } from './postings-open.js';

/** Sorted postings of a page. */
export interface Sealed {
  /** Ascending. Postings of `terms[i]` stand at `starts[i]` to `starts[i + 1]`, ascending by document. */
  readonly terms: Uint32Array;
  readonly starts: Uint32Array;
  readonly docs: Uint16Array;
  readonly impacts: Uint8Array;
}

export const nothing: Sealed = {
  terms: new Uint32Array(),
  starts: new Uint32Array(1),
  docs: new Uint16Array(),
  impacts: new Uint8Array(),
};

export interface Merged {
  readonly sealed: Sealed;
  /** Terms that have become frequent, or that were and have more postings now. */
  readonly dense: ReadonlyMap<number, Uint8Array>;
}

/** A term in so many of a page's documents has a byte for each of them: adding 8192 bytes is faster than 1024 places. */
const denseFrom = pageDocs / 8;
/** Postings that are moved in one step; a term counts as four. */
const stepPostings = 1024;
const termCost = 4;

/**
 * Sorts new postings in with a page's old ones, step by step. Neither what it reads nor the page changes: the result
 * takes the place of both when it is there.
 */
export function* merge(
  old: Sealed,
  dense: ReadonlyMap<number, Uint8Array>,
  open: OpenPostings,
): Generator<void, Merged> {
  const fresh = open.terms();
  const most = old.docs.length + open.size;
  const terms = new Uint32Array(old.terms.length + fresh.length);
  const starts = new Uint32Array(terms.length + 1);
  const docs = new Uint16Array(most);
  const impacts = new Uint8Array(most);
  const list = new Uint32Array(open.size);
  const frequent = new Map<number, Uint8Array>();
  let count = 0;
  let end = 0;
  let left = stepPostings;
  yield;
  for (let i = 0, j = 0; i < old.terms.length || j < fresh.length;) {
    const term = Math.min(old.terms[i] ?? Infinity, fresh[j] ?? Infinity);
    let from = old.starts[i] ?? 0;
    const to = old.terms[i] === term ? (old.starts[++i] ?? 0) : from;
    let next = fresh[j] === term ? open.copySorted(fresh[j++] ?? 0, list) : list.length;
    left -= termCost + (to - from) + (list.length - next);
    const known = dense.get(term);
    if (known !== undefined || to - from + list.length - next >= denseFrom) {
      const bytes = known?.slice() ?? new Uint8Array(pageDocs);
      for (; from < to; from++) bytes[old.docs[from] ?? 0] = old.impacts[from] ?? 0;
      for (; next < list.length; next++) bytes[(list[next] ?? 0) >> 8] = (list[next] ?? 0) & 255;
      frequent.set(term, bytes);
    } else {
      while (from < to || next < list.length) {
        const posting = list[next] ?? 0;
        if (from < to && (next === list.length || (old.docs[from] ?? 0) <= posting >> 8)) {
          docs[end] = old.docs[from] ?? 0;
          impacts[end++] = old.impacts[from++] ?? 0;
        } else {
          docs[end] = posting >> 8;
          impacts[end++] = posting & 255;
          next++;
        }
      }
      terms[count] = term;
      starts[++count] = end;
    }
    if (left > 0) continue;
    left = stepPostings;
    yield;
  }
  return {
    sealed: {
      terms: terms.slice(0, count),
      starts: starts.slice(0, count + 1),
      docs: end < most ? docs.slice(0, end) : docs,
      impacts: end < most ? impacts.slice(0, end) : impacts,
    },
    dense: frequent,
  };
}
