import type { Role } from '../types.js';
import { contextHeader, plainWords } from './context-block.js';
import { asks, sentences } from './questions.js';
import { contentWords } from './words.js';

export interface CompactParts {
  readonly turnId: number;
  readonly atMs: number;
  readonly line: string;
}

const monthNames =
  'January February March April May June July August September October November December'.split(' ');

/** The calendar day in the process's time zone: `8 May 2023`. */
export function dayOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getDate()} ${monthNames[date.getMonth()] ?? ''} ${date.getFullYear()}`;
}

export function compactLine({ line }: Pick<CompactParts, 'line'>): string {
  return line;
}

/**
 * A block in the form that takes the fewest tokens: each day is named once, and what was said follows in the order it
 * was said, `Caroline: I went to the support group yesterday.` a line.
 */
export function compactBlock(items: readonly CompactParts[]): string {
  if (items.length === 0) return '';
  const lines = [`${contextHeader} - ${items.length} item${items.length === 1 ? '' : 's'}]:`];
  let lastDay = '';
  for (const item of [...items].sort((a, b) => a.atMs - b.atMs || a.turnId - b.turnId)) {
    const day = dayOf(item.atMs);
    if (day !== lastDay) lines.push(day);
    lastDay = day;
    lines.push(item.line);
  }
  return lines.join('\n');
}

export interface CompactLineParts {
  readonly role: Role;
  readonly speaker?: string;
  readonly text: string;
  readonly answerTo?: string;
}

/** One memory as a line of a compact block. */
export function compactText({ role, speaker, text, answerTo }: CompactLineParts): string {
  const who = plainWords(speaker ?? '') || role;
  const asked = answerTo === undefined ? '' : ` (asked "${plainWords(answerTo)}")`;
  return `${who}${asked}: ${plainWords(text)}`;
}

/** Words that carry no memory: what is said to be kind, to begin and to end. */
const kindWords = new Set(
  (
    'wow hey hi hello thank thanks great awesome amaz cool nice good wonder sound absolut definit congrat congratul ' +
    'yeah yep sure right true glad hear appreci bye talk soon later care take see chat catch aw oh haha lol way go ' +
    'incred fantast fun luck pretti super'
  ).split(' '),
);

/**
 * Leaves out the sentences of a turn that hold nothing to remember: greetings, thanks and kind words, and questions
 * handed back behind a statement. What says something about the query stays, and of a turn that says nothing else all.
 * @param alsoEmpty stems that carry no memory either, such as the speakers' names
 */
export function essence(text: string, stems: ReadonlySet<string>, alsoEmpty: ReadonlySet<string>): string {
  const parts = sentences(text);
  if (parts.length < 2) return text;
  const kept = parts.filter((part) => {
    const words = contentWords(part);
    if (words.some(({ stem }) => stems.has(stem))) return true;
    if (asks(part)) return false;
    return words.some(
      ({ stem, surface }) => /\d/.test(surface) || !(kindWords.has(stem) || alsoEmpty.has(stem)),
    );
  });
  return kept.length === 0 || kept.length === parts.length ? text : kept.join(' ');
}
