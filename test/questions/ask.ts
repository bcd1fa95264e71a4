/**
 * Asks the embedded model the twenty questions, under several ways of showing it what is remembered.
 *
 *     npx tsx test/questions/ask.ts [model.gguf] [--no-adapter] [--penalty 1.1] [--show] [--only a,b]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ChatMessage, LanguageModel } from '../../src/engines/interfaces.js';
import { createLlama } from '../../src/engines/llama/index.js';
import { judge, loadQuestions, type Question, type Verdict } from './judge.js';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The model that Slowcat brings along, where `slowcat models` puts it. */
export const embeddedModel = {
  modelPath: root('models/fetched/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf'),
  adapterPath: root('models/adapters/slowcat-memory-lora.gguf'),
} as const;

/** What the adapter was trained to be told. */
export const systemText =
  'You are Slowcat, a friendly voice assistant. Answer in one short spoken sentence, using what you remember about the user.';

/** How remembered items are put before the model. */
export interface Presentation {
  readonly name: string;
  /** Remembered items, the right one included. */
  readonly items: number;
  /** Where the right one stands. */
  readonly right: 'first' | 'last' | 'middle' | 'first-and-last';
  /** What goes before an item's words, given its place in the list. */
  readonly prefix: (index: number) => string;
  /** True when each item is followed by what the assistant once replied. */
  readonly replies?: boolean;
}

const whens = ['2 days ago', 'yesterday', 'last week', '3 weeks ago', '2 months ago'] as const;
const when = (index: number): string => whens[index % whens.length] ?? whens[0];
const asUser = (index: number): string => `${when(index)}, user: `;

export const presentations: readonly Presentation[] = [
  { name: 'alone', items: 1, right: 'first', prefix: asUser },
  { name: 'first-of-3', items: 3, right: 'first', prefix: asUser },
  { name: 'last-of-3', items: 3, right: 'last', prefix: asUser },
  { name: 'first-of-5', items: 5, right: 'first', prefix: asUser },
  { name: 'last-of-5', items: 5, right: 'last', prefix: asUser },
  { name: 'middle-of-5', items: 5, right: 'middle', prefix: asUser },
  { name: 'alone-twice', items: 1, right: 'first-and-last', prefix: asUser },
  { name: 'first-and-last-of-3', items: 3, right: 'first-and-last', prefix: asUser },
  { name: 'first-and-last-of-5', items: 5, right: 'first-and-last', prefix: asUser },
  { name: 'first-of-5-with-replies', items: 5, right: 'first', prefix: asUser, replies: true },
  { name: 'first-of-2', items: 2, right: 'first', prefix: asUser },
  { name: 'first-of-8', items: 8, right: 'first', prefix: asUser },
  { name: 'first-of-5-no-time', items: 5, right: 'first', prefix: () => 'user: ' },
  { name: 'alone-no-time', items: 1, right: 'first', prefix: () => 'user: ' },
  { name: 'last-of-5-no-time', items: 5, right: 'last', prefix: () => 'user: ' },
  { name: 'last-of-5-bare', items: 5, right: 'last', prefix: () => '' },
  { name: 'last-of-5-with-replies', items: 5, right: 'last', prefix: asUser, replies: true },
  { name: 'last-of-5-iso-date', items: 5, right: 'last', prefix: (index) => `2026-03-0${index + 1}, user: ` },
];

/** Distractors are the facts of other questions, always the same ones for a question. */
export function distractors(all: readonly Question[], index: number, count: number): Question[] {
  return Array.from({ length: count }, (_, step) => all[(index + 3 + step * 4) % all.length]).filter(
    (question) => question !== undefined,
  );
}

/** The messages of a whole call, as the memory processor builds them. */
export function promptFor(question: Question, others: readonly Question[], how: Presentation): ChatMessage[] {
  const places = {
    first: 0,
    last: others.length,
    middle: Math.floor(others.length / 2),
    'first-and-last': 0,
  };
  const facts = others.map((other) => other.fact).toSpliced(places[how.right], 0, question.fact);
  if (how.right === 'first-and-last') facts.push(question.fact);
  const lines = facts.flatMap((fact, index) => [
    `- ${how.prefix(index)}${fact}`,
    ...(how.replies === true
      ? [`- ${when(index)}, assistant: Thanks for telling me, I'll keep that in mind.`]
      : []),
  ]);
  const count = `${lines.length} item${lines.length === 1 ? '' : 's'}`;
  return [
    { role: 'system', content: systemText },
    { role: 'system', content: `[Memory Context - ${count}]:\n${lines.join('\n')}` },
    { role: 'user', content: question.question },
  ];
}

export interface Answered {
  readonly question: Question;
  readonly reply: string;
  readonly verdict: Verdict;
}

/** Asks all questions one after the other. */
export async function askAll(model: LanguageModel, how: Presentation): Promise<Answered[]> {
  const questions = await loadQuestions();
  const answered: Answered[] = [];
  for (const [index, question] of questions.entries()) {
    const others = distractors(questions, index, how.items - 1);
    let reply = '';
    for await (const piece of model.generate(promptFor(question, others, how), { maxTokens: 48 }))
      reply += piece;
    answered.push({ question, reply, verdict: judge(question, reply, others) });
  }
  return answered;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'no-adapter': { type: 'boolean', default: false },
      penalty: { type: 'string', default: '1' },
      show: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const model = createLlama({
    modelPath: positionals[0] ?? embeddedModel.modelPath,
    ...(values['no-adapter'] ? {} : { adapterPath: embeddedModel.adapterPath }),
    repeatPenalty: Number(values.penalty),
    sequences: 1,
    contextTokens: 1024,
    threads: { prompt: 1, answer: 1 },
  });
  const wanted = values.only?.split(',');
  try {
    for (const how of presentations.filter(({ name }) => wanted?.includes(name) ?? true)) {
      const answered = await askAll(model, how);
      const right = answered.filter(({ verdict }) => verdict.right).length;
      process.stdout.write(`${how.name}: ${right} of ${answered.length}\n`);
      for (const { question, reply, verdict } of answered) {
        if (values.show || !verdict.right) {
          process.stdout.write(`  ${verdict.why} ${question.id}: ${reply}\n`);
        }
      }
    }
  } finally {
    await model.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
