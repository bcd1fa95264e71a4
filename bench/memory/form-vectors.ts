import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { createMiniLm } from '../../src/engines/minilm/index.js';
import { readLocomo } from './locomo.js';

/** What was said and what is asked about it, as MiniLM sees it. */
export interface FormVectors {
  readonly source: string;
  readonly turns: readonly Float32Array[];
  readonly questions: readonly Float32Array[];
}

/** Every question is compared with every turn, many times over. */
const mostQuestions = 400;
const utteranceSchema = z.object({ text: z.string() });

/** LoCoMo's ten conversations, where its file is at hand; else a few hundred lines of this repository. */
export async function formVectors(locomoPath: string | undefined): Promise<FormVectors> {
  const talk = locomoPath === undefined ? await utterances() : await locomoTalk(locomoPath);
  const engine = createMiniLm();
  try {
    const step = Math.max(1, talk.questions.length / mostQuestions);
    const questions = talk.questions.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
    const vectors = await engine.embed([...talk.turns, ...questions]);
    return {
      source: talk.source,
      turns: vectors.slice(0, talk.turns.length),
      questions: vectors.slice(talk.turns.length),
    };
  } finally {
    await engine.close();
  }
}

interface Talk {
  readonly source: string;
  readonly turns: readonly string[];
  readonly questions: readonly string[];
}

async function locomoTalk(path: string): Promise<Talk> {
  const conversations = await readLocomo(path);
  return {
    source: 'LoCoMo, all ten conversations together',
    turns: conversations.flatMap(({ turns }) => turns.map(({ text }) => text)),
    questions: conversations.flatMap(({ questions }) => questions.map(({ question }) => question)),
  };
}

/** Lines that were written for another test: half of them are taken for turns, half for questions. */
async function utterances(): Promise<Talk> {
  const path = join(import.meta.dirname, '../../test/facts/utterances.jsonl');
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  const texts = lines.map((line) => utteranceSchema.parse(JSON.parse(line)).text);
  return {
    source: 'test/facts/utterances.jsonl; name LoCoMo with SLOWCAT_LOCOMO for more',
    turns: texts.filter((_, i) => i % 2 === 0),
    questions: texts.filter((_, i) => i % 2 === 1),
  };
}
