import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VoiceClient } from '../../src/cli/talk/voice-client.js';
import { openMemory } from '../../src/memory/memory.js';
import { Stage } from '../recorded/stage.js';
import { judge, loadQuestions } from './judge.js';

/** What the project promises of its embedded model. */
const promised = 17;
const dataDir = mkdtempSync(join(tmpdir(), 'slowcat-questions-'));
const stage = new Stage({ dataDir });

beforeAll(() => stage.open());
afterAll(async () => {
  await stage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The whole answer of the model to one typed question, in a session of its own. */
async function ask(url: string, question: string): Promise<string> {
  const client = await VoiceClient.connect({ url });
  try {
    return await new Promise<string>((resolve, reject) => {
      let reply = '';
      client.listen((event) => {
        if (event.type === 'closed') reject(new Error('The server closed the connection.'));
        if (event.type !== 'message') return;
        if (event.name === 'bot-llm-text') reply += String(event.data['text']);
        if (event.name === 'bot-llm-stopped') resolve(reply);
      });
      client.sendText(question);
    });
  } finally {
    await client.close();
  }
}

describe('the twenty questions, through the server', () => {
  it.each([
    ['each person has told one fact', (id: string) => id, promised],
    // Words alone do not find three of them ("wake up" for "get up"): that wants vectors.
    ['one person has told all twenty', () => 'anna', 11],
  ])(
    'are answered when %s',
    async (how, personOf, least) => {
      const questions = await loadQuestions();
      const memory = await openMemory({ dataDir });
      for (const [index, { id, fact }] of questions.entries()) {
        const atMs = Date.now() - (index + 1) * 86_400_000;
        await memory.user(personOf(id)).remember({ role: 'user', text: fact, atMs });
      }
      await memory.close();
      const wrong: string[] = [];
      for (const question of questions) {
        const reply = await ask(stage.url(personOf(question.id)), question.question);
        const others = questions.filter((other) => other !== question);
        if (!judge(question, reply, others).right) wrong.push(`${question.id}: ${reply}`);
      }
      const right = questions.length - wrong.length;
      // The figure that README quotes.
      process.stdout.write(`  ${how}: ${right} of ${questions.length} answered right\n`);
      expect(right, wrong.join('\n')).toBeGreaterThanOrEqual(least);
    },
    300_000,
  );
});
