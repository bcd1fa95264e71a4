import type { StoredTurn } from '../types.js';

/**
 * The layout of one turn in the log:
 *
 * | bytes | what |
 * |---|---|
 * | 1 | format: 2, or 1 for records from before there were id and importance |
 * | 1 | flags |
 * | 8 | `atMs`, float64, big-endian |
 * | 8 | importance, float64, big-endian, if the flags announce it |
 * | 4 each | byte lengths of speaker, session and id, for those that the flags announce |
 * | rest | speaker, session, id, text |
 *
 * Strings are UTF-8, or UTF-16LE when one of them has a lone surrogate, which UTF-8 cannot hold: what comes out is
 * what went in, for every JavaScript string.
 */
const format = 2;
const oldestFormat = 1;
const isAssistant = 1;
const isInterrupted = 2;
const hasSpeaker = 4;
const hasSession = 8;
const isUtf16 = 16;
const hasId = 32;
const hasImportance = 64;
const headBytes = 10;

export function encodeTurn(turn: Omit<StoredTurn, 'turnId'>): Buffer {
  const { speaker, session, id, importance, text } = turn;
  const wide = ![speaker ?? '', session ?? '', id ?? '', text].every((part) => isWellFormed(part));
  const encoding = wide ? 'utf16le' : 'utf8';
  const names = [speaker, session, id]
    .filter((part) => part !== undefined)
    .map((part) => Buffer.from(part, encoding));
  const lengthsAt = headBytes + (importance === undefined ? 0 : 8);
  const head = Buffer.alloc(lengthsAt + 4 * names.length);
  head[0] = format;
  head[1] =
    (turn.role === 'assistant' ? isAssistant : 0) |
    (turn.interrupted ? isInterrupted : 0) |
    (speaker === undefined ? 0 : hasSpeaker) |
    (session === undefined ? 0 : hasSession) |
    (id === undefined ? 0 : hasId) |
    (importance === undefined ? 0 : hasImportance) |
    (wide ? isUtf16 : 0);
  head.writeDoubleBE(turn.atMs, 2);
  if (importance !== undefined) head.writeDoubleBE(importance, headBytes);
  names.forEach((name, i) => head.writeUInt32BE(name.length, lengthsAt + 4 * i));
  return Buffer.concat([head, ...names, Buffer.from(text, encoding)]);
}

/** @throws RangeError for bytes that {@link encodeTurn} did not make */
export function decodeTurn(turnId: number, record: Buffer): StoredTurn {
  const flags = record[1];
  const madeBy = record[0] ?? 0;
  if (madeBy < oldestFormat || madeBy > format || flags === undefined)
    throw new RangeError(`unknown record format in turn ${turnId}`);
  const atMs = record.readDoubleBE(2);
  const encoding = flags & isUtf16 ? 'utf16le' : 'utf8';
  const named = (flags & hasSpeaker ? 1 : 0) + (flags & hasSession ? 1 : 0) + (flags & hasId ? 1 : 0);
  let lengthAt = headBytes + (flags & hasImportance ? 8 : 0);
  let at = lengthAt + 4 * named;
  const take = (): string => {
    const end = at + record.readUInt32BE(lengthAt);
    if (end > record.length) throw new RangeError(`record of turn ${turnId} is too short`);
    const part = record.toString(encoding, at, end);
    lengthAt += 4;
    at = end;
    return part;
  };
  return {
    turnId,
    role: flags & isAssistant ? 'assistant' : 'user',
    atMs,
    ...(flags & hasSpeaker ? { speaker: take() } : {}),
    ...(flags & hasSession ? { session: take() } : {}),
    ...(flags & isInterrupted ? { interrupted: true as const } : {}),
    ...(flags & hasId ? { id: take() } : {}),
    ...(flags & hasImportance ? { importance: record.readDoubleBE(headBytes) } : {}),
    text: record.toString(encoding, at),
  };
}

/** False when a string has a surrogate without its other half (`String.isWellFormed` is not in ES2023's types). */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
