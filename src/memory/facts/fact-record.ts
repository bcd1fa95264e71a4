import type { ExtractedFact, Slot } from './fact.js';
import { userSubject } from './fact.js';

/**
 * What one turn said, as bytes for a side table whose key is the turn:
 *
 * | bytes | what |
 * |---|---|
 * | 1 | format, 1 |
 * | 1 | 1 when strings are UTF-16LE (one has half a surrogate pair), else 0: UTF-8 |
 * | 8 | `atMs`, float64, big-endian |
 * | each | flags: 1 ends, 2 subject is the user, 4 has `replaces`, bits 4..6 slot; then subject (unless the user), relation, value, `replaces`, each behind its byte length as an unsigned varint |
 */
const format = 1;
const slots: readonly (Slot | undefined)[] = [undefined, 'name', 'allergy', 'instruction', 'preference'];

/** Empty facts give undefined: such a turn needs no entry. */
export function encodeFacts(facts: readonly ExtractedFact[]): Buffer | undefined {
  const first = facts[0];
  if (!first) return undefined;
  const isWide = facts.some((fact) =>
    /\p{Surrogate}/u.test([fact.subject, fact.relation, fact.value, fact.replaces ?? ''].join(' ')),
  );
  const head = Buffer.alloc(10);
  head[0] = format;
  head[1] = isWide ? 1 : 0;
  head.writeDoubleBE(first.atMs, 2);
  const parts: Buffer[] = [head];
  for (const fact of facts) {
    const isUser = fact.subject === userSubject;
    const flags =
      (fact.effect === 'ends' ? 1 : 0) |
      (isUser ? 2 : 0) |
      (fact.replaces === undefined ? 0 : 4) |
      (Math.max(0, slots.indexOf(fact.slot)) << 4);
    parts.push(Buffer.of(flags));
    for (const text of [
      ...(isUser ? [] : [fact.subject]),
      fact.relation,
      fact.value,
      ...(fact.replaces === undefined ? [] : [fact.replaces]),
    ]) {
      const bytes = Buffer.from(text, isWide ? 'utf16le' : 'utf8');
      parts.push(varint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** @throws RangeError for bytes that {@link encodeFacts} did not make */
export function decodeFacts(sourceTurn: number, record: Uint8Array): ExtractedFact[] {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (bytes[0] !== format || bytes.length < 11)
    throw new RangeError(`unknown format of facts of turn ${sourceTurn}`);
  const encoding = bytes[1] === 1 ? 'utf16le' : 'utf8';
  const atMs = bytes.readDoubleBE(2);
  let at = 10;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new RangeError(`facts of turn ${sourceTurn} are too short`);
    return value;
  };
  const text = (): string => {
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const part = byte();
      length += (part & 127) * 2 ** shift;
      more = part > 127;
    }
    if (at + length > bytes.length) throw new RangeError(`facts of turn ${sourceTurn} are too short`);
    at += length;
    return bytes.toString(encoding, at - length, at);
  };
  const facts: ExtractedFact[] = [];
  while (at < bytes.length) {
    const flags = byte();
    const slot = slots[(flags >> 4) & 7];
    const subject = flags & 2 ? userSubject : text();
    const [relation, value] = [text(), text()];
    facts.push({
      subject, relation, value,
      effect: flags & 1 ? 'ends' : 'holds',
      ...(slot ? { slot } : {}),
      ...(flags & 4 ? { replaces: text() } : {}),
      sourceTurn, atMs,
    }); // prettier-ignore
  }
  return facts;
}

function varint(value: number): Buffer {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.of(...out, rest);
    out.push((rest & 127) | 128);
  }
}
