/**
 * What the model is told of an answer that was interrupted, against what a client has really played of it, at 100
 * random moments, in virtual time and through the whole bot.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FrameSchema } from '../transport/serializers/gen/frames_pb.js';
import { VirtualClient } from './virtual-client.test-helper.js';

const sentences = [
  'A cat lived in a lighthouse by the sea.',
  'Every night it counted the ships that went by.',
  'One night there was none!',
  'Nobody ever knew why.',
];
/** How long the voice of the test takes for a character. */
const msPerChar = 60;

/** Every word with the moment at which it has been played, from the beginning of the answer. */
const words = sentences.flatMap((sentence, i) => {
  const before = sentences.slice(0, i).join('').length;
  return [...sentence.matchAll(/\S+/gu)].map((word) => ({
    text: word[0],
    endMs: (before + word.index + word[0].length) * msPerChar,
  }));
});

const encode = (type: string, data: object) =>
  toBinary(
    FrameSchema,
    create(FrameSchema, {
      frame: {
        case: 'message',
        value: { data: JSON.stringify({ label: 'rtvi-ai', type, id: 'a', data }) },
      },
    }),
  );

/** A client whose loudspeaker is late, and which tells where it is, or not. */
class Listener {
  #read = 0;
  #receivedMs = 0;
  #playedOutAtMs = 0;
  #utteranceMs = 0;

  constructor(
    readonly client: VirtualClient,
    readonly lateMs: number,
    readonly acknowledges: boolean,
  ) {}

  get #playedMs(): number {
    return this.#receivedMs - Math.max(0, this.#playedOutAtMs - this.client.clock.nowMs());
  }

  /** Milliseconds played since the last interruption. */
  get heardMs(): number {
    return Math.max(0, this.#playedMs - this.#utteranceMs);
  }

  async listen(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 40) {
      await this.client.clock.advance(40);
      this.#take();
      if (this.acknowledges && this.client.clock.nowMs() % 200 === 0) {
        const playedMs = Math.max(this.#utteranceMs, this.#playedMs);
        this.client.send(encode('client-message', { t: 'played-up-to', d: { ms: playedMs } }));
      }
    }
  }

  async interrupt(content: string): Promise<void> {
    this.client.send(encode('send-text', { content }));
    await this.client.clock.settle();
    this.#take();
    this.#utteranceMs = this.#receivedMs;
    this.#playedOutAtMs = 0;
  }

  #take(): void {
    for (const { atMs, data } of this.client.arrivals.slice(this.#read)) {
      if (typeof data === 'string') continue;
      const { frame } = fromBinary(FrameSchema, data);
      if (frame.case !== 'audio') continue;
      const durationMs = (frame.value.audio.length / 2 / frame.value.sampleRate) * 1000;
      this.#receivedMs += durationMs;
      this.#playedOutAtMs = Math.max(this.#playedOutAtMs, atMs + this.lateMs) + durationMs;
    }
    this.#read = this.client.arrivals.length;
  }
}

/** How many words more (or, below zero, fewer) the model was told than were played, for each interruption. */
async function errors(momentsMs: readonly number[], lateMs: number, acknowledges: boolean) {
  const client = await VirtualClient.connect({}, { answer: () => sentences.join(' ') });
  const listener = new Listener(client, lateMs, acknowledges);
  client.send(encode('client-ready', { version: '2.2.0' }));
  const found: number[] = [];
  await listener.interrupt('turn 0');
  for (const [i, momentMs] of momentsMs.entries()) {
    await listener.listen(momentMs);
    const heard = words.filter(({ endMs }) => endMs <= listener.heardMs).length;
    await listener.interrupt(`turn ${i + 1}`);
    await listener.listen(200);
    const told = client.llm.calls.at(-1) ?? [];
    const asked = told.findLastIndex(({ content }) => content === `turn ${i}`);
    const said = told.slice(asked + 1).find(({ role }) => role === 'assistant')?.content ?? '';
    const saidWords = said.replace(/\s?—$/u, '').split(' ').filter(Boolean);
    expect(asked).toBeGreaterThanOrEqual(0);
    expect(saidWords).toEqual(words.slice(0, saidWords.length).map(({ text }) => text));
    found.push(saidWords.length - heard);
  }
  await client.leave();
  return found;
}

const moments = fc.sample(
  fc.integer({ min: 0, max: 200 }).map((n) => n * 40),
  { numRuns: 100, seed: 7 },
);

describe('what the model is told of an interrupted answer', { timeout: 60_000 }, () => {
  it('is what was played, to the word, where the client plays at once and tells nothing', async () => {
    const found = await errors(moments, 0, false);
    expect(found).toHaveLength(100);
    expect(found.filter((error) => Math.abs(error) > 1)).toEqual([]);
  });

  it('is what was played, to the word, where the client plays late and tells where it is', async () => {
    const found = await errors(moments, 600, true);
    expect(found.filter((error) => Math.abs(error) > 1)).toEqual([]);
  });

  it('is too much where the client plays late and does not tell', async () => {
    const found = await errors(moments.slice(0, 20), 600, false);
    expect(found.some((error) => error > 0)).toBe(true);
  });
});
