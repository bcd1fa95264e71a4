import { InvalidArgumentError, type Command } from 'commander';

import {
  contextLine,
  plainWords,
  relativeTime,
  type MaintainedMemory,
  type StoredTurn,
  type UserMemory,
  type UserMemoryMaintenance,
} from '../../memory/memory.js';
import type { MemoryCommandEdges } from './edges.js';
import type { OpenOptions } from './open.js';

export interface CommonOptions {
  readonly dataDir?: string;
  readonly user: string;
  readonly json?: true;
}

/** A user's memory with what keeps it whole. */
export type WholeUserMemory = UserMemory & UserMemoryMaintenance;

/** The options that every command has. */
export function common(command: Command): Command {
  return command
    .option('--data-dir <path>', 'folder for memory and settings')
    .option('--user <id>', 'whose memory', 'default')
    .option('--json', 'print JSON, one object a line');
}

export async function withMemory<T>(
  edges: MemoryCommandEdges,
  options: CommonOptions,
  work: (memory: MaintainedMemory) => Promise<T>,
  open: Omit<OpenOptions, 'dataDir'> = {},
): Promise<T> {
  const memory = await edges.open({ dataDir: options.dataDir, ...open });
  try {
    return await work(memory);
  } finally {
    await memory.close();
  }
}

export function withUser<T>(
  edges: MemoryCommandEdges,
  options: CommonOptions,
  work: (user: WholeUserMemory) => Promise<T>,
  open: Omit<OpenOptions, 'dataDir'> = {},
): Promise<T> {
  return withMemory(edges, options, (memory) => work(memory.user(options.user)), open);
}

/** `#7 - 2 days ago, user: My dog's name is Potola.` */
export function turnLine(turn: StoredTurn, nowMs: number): string {
  return `#${turn.turnId} ${contextLine(turn, nowMs)}${turn.interrupted ? ' (interrupted)' : ''}`;
}

/** The id that a turn goes by outside: the one it was imported with, or its number. */
export function publicId(turn: Pick<StoredTurn, 'turnId' | 'id'>): string {
  return turn.id ?? String(turn.turnId);
}

export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}

/** For a terminal: one line without control characters. */
export { plainWords, relativeTime };

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a number from 1.');
  return value;
}

export function eachPositive(text: string, previous: readonly number[] | undefined): readonly number[] {
  return [...(previous ?? []), positive(text)];
}

export function date(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('It must be a date like 2026-11-21 or 2026-11-21T09:30.');
  return ms;
}
