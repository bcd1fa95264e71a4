import { setImmediate } from 'node:timers/promises';

import { FactBook } from './facts/fact-book.js';
import { importanceOf } from './ladder/importance.js';
import { atRung } from './ladder/rungs.js';
import { fastCandidateLimits } from './recall/candidates.js';
import { compactText, essence } from './recall/compact-block.js';
import { contextLine, plainWords } from './recall/context-block.js';
import { cuesOf } from './recall/cues.js';
import { excerpt } from './recall/excerpt.js';
import { sharedKernel } from './recall/postings-kernel.js';
import { asks, onlyAsks } from './recall/questions.js';
import { UserIndex, type RankingModels } from './recall/user-index.js';
import { contentWords } from './recall/words.js';
import type { StoredTurn } from './types.js';
import { userKey } from './user-id.js';
import { dimensions } from './vectors/kernel.js';
import { createKernel } from './vectors/simd-kernel.js';

const turns: readonly StoredTurn[] = [
  'I live in Oslo with my two cats, and I love it.',
  'What do you do on Sunday?',
  'We went to the park near the lake because Anna wanted to, and took 3 pictures.',
  "I'm allergic to nuts. Remember that, please!",
].map((text, i) => ({ turnId: i + 1, role: i === 1 ? 'assistant' : 'user', text, atMs: 1000 * i }));
const question = 'When did Anna and I go to the park last summer?';

let rehearsed: Promise<void> | undefined;

/**
 * Does once in a process what a first recall does, with a talk of four turns, in steps between which the event loop
 * gets its turn. Patterns and WebAssembly are compiled when they are used first: all of it in one real recall stops
 * the event loop for some 20 ms. Never rejects.
 */
export function rehearse(models: RankingModels, pause: () => Promise<void> = setImmediate): Promise<void> {
  return (rehearsed ??= play(stepsOf(models), pause).catch(() => undefined));
}

async function play(steps: Iterable<void>, pause: () => Promise<void>): Promise<void> {
  for (const _ of steps) await pause();
}

/** @internal Each step is a few milliseconds at most. */
export function* stepsOf(models: RankingModels): Generator<void> {
  createKernel();
  yield;
  sharedKernel();
  yield;
  for (const { text } of turns) {
    contentWords(text);
    yield;
  }
  cuesOf(question);
  yield;
  for (const turn of turns) {
    cuesOf(turn.text);
    yield;
    asks(turn.text);
    yield;
    onlyAsks(turn.text);
    yield;
    importanceOf(turn, []);
    yield;
  }
  const index = new UserIndex(
    { range: (_, from, to) => turns.slice(from - 1, to - 1) },
    userKey('rehearsal'),
    '',
    turns.length + 1,
  );
  index.work(turns.length + 1, () => false);
  yield;
  const vector = new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions));
  for (const { turnId } of turns) {
    index.addVector(turnId, vector);
    yield;
  }
  const options = { candidates: fastCandidateLimits, isLate: () => false };
  for (const meaning of [undefined, vector]) {
    const asked = index.read(question, 5000);
    yield;
    const search = index.byWords(asked, options);
    yield;
    const { query } = index.rank(search, meaning, models, turns.length);
    yield;
    const stems = new Set(query.stems);
    for (const turn of turns) {
      excerpt(turn.text, stems, 20);
      yield;
      contextLine({ ...turn, text: atRung(turn.text, 'half') }, 5000);
      yield;
      compactText({ ...turn, text: essence(turn.text, stems, new Set()) });
      yield;
    }
  }
  plainWords(question);
  yield;
  const book = new FactBook();
  book.add([]);
  yield;
  book.findFor(question);
  yield;
}
