import type { ImportedTurn, StoredTurn } from '../../memory/memory.js';
import { publicId } from './common.js';

/** Dates that every system reads alike; `Date.parse` alone takes almost anything. */
const isoDate =
  /^(?:\d{4}|[+-]\d{6})-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;

/**
 * A turn as a line of JSON: `{ id, at, speaker, role, text }`, and `session`, `interrupted` and `importance` where there
 * are any. `at` is ISO 8601 with milliseconds, or the Unix milliseconds themselves where no date can say them exactly.
 * Half characters are escaped, so that the line is good UTF-8 whatever the text is.
 */
export function turnToJson(turn: StoredTurn): string {
  const { speaker, role, text, session, interrupted, importance } = turn;
  return JSON.stringify({
    id: publicId(turn),
    at: timeOf(turn.atMs),
    speaker: speaker ?? null,
    role,
    text,
    ...(session === undefined ? {} : { session }),
    ...(interrupted === undefined ? {} : { interrupted }),
    ...(importance === undefined ? {} : { importance }),
  });
}

function timeOf(atMs: number): string | number {
  return Number.isInteger(atMs) && Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : atMs;
}

/** A fault of a line, in words that name the field and never its content. */
export class BadLine extends Error {}

/**
 * Reads a line of {@link turnToJson}, or of another program: `at` may be Unix milliseconds, an id a number; what else the
 * object has is left aside.
 *
 * @throws BadLine
 */
export function turnFromJson(line: string): ImportedTurn {
  const fields = objectFromJson(line);
  const { role, text } = fields;
  if (role !== 'user' && role !== 'assistant') throw new BadLine('`role` must be "user" or "assistant".');
  if (typeof text !== 'string') throw new BadLine('`text` must be a string.');
  const importance = optional(fields, 'importance', 'number');
  if (importance !== undefined && !(importance >= 0 && importance <= 1))
    throw new BadLine('`importance` must be 0 to 1.');
  const speaker = optional(fields, 'speaker', 'string');
  const session = optional(fields, 'session', 'string');
  const id = idFrom(fields['id']);
  return {
    role,
    text,
    atMs: timeFrom(fields['at']),
    ...(id === undefined ? {} : { id }),
    ...(speaker === undefined ? {} : { speaker }),
    ...(session === undefined ? {} : { session }),
    ...(optional(fields, 'interrupted', 'boolean') ? { interrupted: true } : {}),
    ...(importance === undefined ? {} : { importance }),
  };
}

/** @throws BadLine */
export function objectFromJson(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The parser's own message quotes the line.
    throw new BadLine('It is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadLine('It is not a JSON object.');
  return value as Record<string, unknown>;
}

/** Unix milliseconds of an ISO date or of a number. @throws BadLine */
export function timeFrom(at: unknown): number {
  if (typeof at === 'number' && Number.isFinite(at)) return at;
  const ms = typeof at === 'string' && isoDate.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(ms)) throw new BadLine('`at` must be an ISO 8601 date or Unix milliseconds.');
  return ms;
}

function idFrom(id: unknown): string | undefined {
  if (id === undefined || id === null) return undefined;
  if (typeof id === 'string') return id;
  if (typeof id === 'number') return String(id);
  throw new BadLine('`id` must be a string.');
}

interface Kinds {
  string: string;
  number: number;
  boolean: boolean;
}

function optional<K extends keyof Kinds>(
  fields: Readonly<Record<string, unknown>>,
  key: string,
  kind: K,
): Kinds[K] | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== kind) throw new BadLine(`\`${key}\` must be a ${kind}.`);
  return value as Kinds[K];
}
