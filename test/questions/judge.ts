import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** One thing a user once said and one question about it. */
export interface Question {
  readonly id: string;
  /** What the user said, word for word. */
  readonly fact: string;
  readonly question: string;
  /** Regular expressions, case ignored; all must match the reply. */
  readonly accept: readonly string[];
  /** Regular expressions, case ignored; none may match the reply. */
  readonly reject?: readonly string[] | undefined;
}

export interface Verdict {
  readonly right: boolean;
  /** Why not, without the reply's words. */
  readonly why: 'right' | 'missing' | 'denied' | 'rejected' | 'other-fact' | 'rambling' | 'empty';
}

/** Ways of saying that nothing is known; a reply with one of them is wrong whatever else it says. */
const denial =
  /\b(don't|do not|didn't|haven't|have not|can't|cannot|couldn't)\b[^.?!]*\b(think|know|told|tell|mentioned|remember|recall|remembered|access|have (any|that|information))\b|\bnot sure\b|\bno idea\b|\blanguage model\b|\bas an ai\b/i;
/** The assistant is asked for one short spoken sentence; this is two long ones. */
const mostWords = 40;

/**
 * Says whether a reply answers a question. Strict: the right words must be there, nothing that contradicts
 * them, and nothing of the other remembered facts, so that reading everything out counts as wrong.
 *
 * @param others what was offered to the model besides the right fact
 */
export function judge(question: Question, reply: string, others: readonly Question[] = []): Verdict {
  const matches = (pattern: string): boolean => new RegExp(pattern, 'i').test(reply);
  const given = question.question + ' ' + question.fact;
  if (reply.trim() === '') return { right: false, why: 'empty' };
  if (denial.test(reply)) return { right: false, why: 'denied' };
  if (!question.accept.every(matches)) return { right: false, why: 'missing' };
  if (question.reject?.some(matches) === true) return { right: false, why: 'rejected' };
  const foreign = others.some((other) =>
    other.accept.some((pattern) => matches(pattern) && !new RegExp(pattern, 'i').test(given)),
  );
  if (foreign) return { right: false, why: 'other-fact' };
  if (reply.split(/\s+/).length > mostWords) return { right: false, why: 'rambling' };
  return { right: true, why: 'right' };
}

const questionsSchema = z.array(
  z.strictObject({
    id: z.string().min(1),
    fact: z.string().min(1),
    question: z.string().endsWith('?'),
    accept: z.array(z.string()).min(1),
    reject: z.array(z.string()).optional(),
  }),
);

/** The committed set. */
export async function loadQuestions(): Promise<readonly Question[]> {
  return questionsSchema.parse(
    JSON.parse(await readFile(new URL('questions.json', import.meta.url), 'utf8')),
  );
}
