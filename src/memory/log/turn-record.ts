import type { StoredTurn } from '../types.js';

/**
 * The layout of one turn in the log:
 *
 * | bytes | what |
 * |---|---|
 * | 1 | format, 1 |
 * | 1 | flags |
 * | 8 | `atMs`, float64, big-endian |
 * | 4 each | byte lengths of speaker and session, for those that the flags announce |
 * | rest | speaker, session, text |
 *
 * Strings are UTF-8, or UTF-16LE when one of them has a lone surrogate, which UTF-8 cannot hold: what comes out is
 * what went in, for every JavaScript string.
 */
const format = 1;
const isAssistant = 1;
const isInterrupted = 2;
const hasSpeaker = 4;
const hasSession = 8;
const isUtf16 = 16;
const headBytes = 10;

export function encodeTurn(turn: Omit<StoredTurn, 'turnId'>): Buffer {
  const { speaker, session, text } = turn;
  const wide = ![speaker ?? '', session ?? '', text].every((part) => isWellFormed(part));
  const encoding = wide ? 'utf16le' : 'utf8';
  const names = [speaker, session]
    .filter((part) => part !== undefined)
    .map((part) => Buffer.from(part, encoding));
  const head = Buffer.alloc(headBytes + 4 * names.length);
  head[0] = format;
  head[1] =
    (turn.role === 'assistant' ? isAssistant : 0) |
    (turn.interrupted ? isInterrupted : 0) |
    (speaker === undefined ? 0 : hasSpeaker) |
    (session === undefined ? 0 : hasSession) |
    (wide ? isUtf16 : 0);
  head.writeDoubleBE(turn.atMs, 2);
  names.forEach((name, i) => head.writeUInt32BE(name.length, headBytes + 4 * i));
  return Buffer.concat([head, ...names, Buffer.from(text, encoding)]);
}

/** @throws RangeError for bytes that {@link encodeTurn} did not make */
export function decodeTurn(turnId: number, record: Buffer): StoredTurn {
  const flags = record[1];
  if (record[0] !== format || flags === undefined)
    throw new RangeError(`unknown record format in turn ${turnId}`);
  const atMs = record.readDoubleBE(2);
  const encoding = flags & isUtf16 ? 'utf16le' : 'utf8';
  const named = (flags & hasSpeaker ? 1 : 0) + (flags & hasSession ? 1 : 0);
  let lengthAt = headBytes;
  let at = headBytes + 4 * named;
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
    text: record.toString(encoding, at),
  };
}

/** False when a string has a surrogate without its other half (`String.isWellFormed` is not in ES2023's types). */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
