import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordErrors } from '../../src/audio/word-error-rate.js';
import type { Conversation, ConversationTurn } from '../../src/cli/talk/conversation.js';
import { loadCases, type RecordedCase, type TurnStep } from './case.js';
import { Stage, readRecording } from './stage.js';

/**
 * So many of the words of all recordings that count into the set may be wrong. Higher than the 5 % that whole recordings
 * are held to: here the voice detector cuts them, and where it cuts depends on how speech falls on its windows.
 */
const setCeiling = 0.1;

const cases = loadCases(import.meta.dirname);
const stage = new Stage();
const set = { errors: 0, words: 0 };

beforeAll(() => stage.open());
afterAll(() => stage.close());

describe.each(cases)('$name', (recorded) => {
  it(recorded.title, async () => {
    const user = `recorded-${recorded.name}`;
    let conversation = await stage.connect(user);
    try {
      for (const [index, step] of recorded.steps.entries()) {
        if ('reconnect' in step || 'restart' in step) {
          await conversation.close();
          if ('restart' in step) await stage.restart();
          conversation = await stage.connect(user);
        } else {
          await check(recorded, step, index, await take(conversation, recorded, step));
        }
      }
    } finally {
      await conversation.close();
    }
  });
});

describe('the set of recordings', () => {
  it(`is heard with at most ${setCeiling * 100} % of the words wrong`, () => {
    process.stdout.write(`  ${set.errors} of ${set.words} words wrong\n`);
    expect(set.words).toBeGreaterThan(50);
    expect(set.errors / set.words, `${set.errors} of ${set.words} words`).toBeLessThanOrEqual(setCeiling);
  });
});

async function take(
  conversation: Conversation,
  { folder }: RecordedCase,
  step: TurnStep,
): Promise<ConversationTurn> {
  if ('type' in step) return conversation.type(step.type);
  return conversation.say(await readRecording(join(folder, step.say)));
}

async function check(
  recorded: RecordedCase,
  step: TurnStep,
  index: number,
  turn: ConversationTurn,
): Promise<void> {
  const { report } = turn;
  const where = `step ${index + 1}: ${JSON.stringify(report)}`;
  expect(report.errors, where).toEqual([]);
  if (step.nothing) {
    expect([report.transcript, report.reply], where).toEqual(['', '']);
    return;
  }
  if (step.heard !== undefined) {
    const { errors, words } = wordErrors(step.heard, report.transcript);
    expect(errors / words, where).toBeLessThanOrEqual(step.maxWordErrorRate);
    if (recorded.inSet) {
      set.errors += errors;
      set.words += words;
    }
  }
  expect(report.reply, where).not.toBe('');
  for (const pattern of step.transcriptMatches)
    expect(report.transcript, where).toMatch(new RegExp(pattern, 'i'));
  for (const pattern of step.replyMatches) expect(report.reply, where).toMatch(new RegExp(pattern, 'i'));
  for (const pattern of step.recalls) {
    expect(report.recalled.map(({ text }) => text).join('\n'), where).toMatch(new RegExp(pattern, 'i'));
  }
  if (step.replyAudioMatches.length > 0) {
    const heardAgain = await stage.listen(turn);
    for (const pattern of step.replyAudioMatches) expect(heardAgain, where).toMatch(new RegExp(pattern, 'i'));
  }
}
