import type { Role } from '../types.js';
import { relativeTime } from './relative-time.js';

/** What every block begins with, and what therefore must never be remembered. */
export const contextHeader = '[Memory Context';

export interface LineParts {
  readonly role: Role;
  readonly text: string;
  readonly atMs: number;
  readonly speaker?: string;
  readonly answerTo?: string;
}

/** One memory as a line: `- 2 days ago, user: My dog's name is Potola.` */
export function contextLine(item: LineParts, nowMs: number): string {
  const who = plainWords(item.speaker ?? '') || item.role;
  const asked = item.answerTo === undefined ? '' : `, asked "${plainWords(item.answerTo)}"`;
  return `- ${relativeTime(item.atMs, nowMs)}, ${who}${asked}: ${plainWords(item.text)}`;
}

/** The block that goes into the model's context, in the form that the memory adapter is trained on. */
export function contextBlock(lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return [`${contextHeader} - ${lines.length} item${lines.length === 1 ? '' : 's'}]:`, ...lines].join('\n');
}

/** True for text that is, or begins with, a block: it came out of the memory and must not go in again. */
export function isContextBlock(text: string): boolean {
  return text.trimStart().toLowerCase().startsWith(contextHeader.toLowerCase());
}

/** Nothing but printable ASCII without brackets: as most talk is. */
const isPlain = /^[ -;=?-Z\\^-~]*$/;

/**
 * Makes remembered words safe inside a prompt: one line, no control or invisible direction characters, and none of
 * the brackets that block headers and every chat template's special tokens need (`<|im_end|>`, `[INST]`, `<bos>`).
 */
export function plainWords(text: string): string {
  if (isPlain.test(text) && !text.includes('  ')) return text.trim();
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
    .replace(/[<[]/g, '(')
    .replace(/[>\]]/g, ')')
    .trim();
}
