import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FakeLanguageModel, FakeSpeechToText, createFakeTextToSpeech } from '../../testing/index.js';
import { SlowcatError } from '../../errors.js';
import { BridgeClient } from './bridge-client.test-helper.js';

const never = new Promise<void>(() => undefined);

/** Lets promises and slices of work run. No time passes on the virtual clock. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

const recall = { type: 'memory.recall', id: 1, query: 'dog' };
const asks = { type: 'llm.generate', id: 6, messages: [{ role: 'user', content: 'x' }] };

describe('hello', () => {
  it('is told the version and what is there', () => {
    const client = new BridgeClient();
    client.say({ type: 'hello', version: 1, client: 'a test', later: true });
    expect(client.told).toMatchObject([
      {
        type: 'hello',
        version: 1,
        offers: {
          memory: true,
          stt: { engine: 'fake' },
          llm: { contextTokens: 4096, tools: true },
          tts: { voices: ['fake_one', 'fake_two'], sampleRateHz: 24_000 },
        },
      },
    ]);
  });

  it('of another version is refused, and can be said again', () => {
    const client = new BridgeClient();
    client.say({ type: 'hello', version: 2 });
    client.say({ type: 'hello', version: 1 });
    expect(client.told.map(({ type, code }) => code ?? type)).toEqual(['SLOWCAT_BRIDGE_VERSION', 'hello']);
  });

  it('comes before everything else', async () => {
    const client = new BridgeClient();
    client.say(recall);
    await settle();
    expect(client.told).toMatchObject([{ type: 'error', id: 1, code: 'SLOWCAT_BRIDGE_MESSAGE' }]);
    expect(client.memory.recalls).toEqual([]);
  });
});

describe('memory', () => {
  it('recalls with the options that were given and no others', async () => {
    const client = BridgeClient.greeted();
    client.say({ ...recall, user: 'anna', budgetTokens: 100, deadlineMs: 20, depth: 'deep' });
    client.say({ ...recall, id: 2 });
    await settle();
    expect(client.told).toEqual([
      {
        type: 'result',
        id: 1,
        block: 'block for dog',
        items: [],
        tokens: 4,
        late: false,
        tookMs: 1,
        confidence: 0.5,
        depth: 'medium',
      },
      expect.objectContaining({ type: 'result', id: 2 }),
    ]);
    expect(client.memory.recalls).toEqual([
      { user: 'anna', query: 'dog', options: { budgetTokens: 100, deadlineMs: 20, depth: 'deep' } },
      { user: 'default', query: 'dog', options: {} },
    ]);
  });

  it('stores a turn as it was said', async () => {
    const client = BridgeClient.greeted();
    const turn = { role: 'assistant', text: 'Potola.', atMs: 5, session: 's', interrupted: true };
    client.say({ type: 'memory.remember', id: 7, user: 'anna', speaker: 'bot', ...turn });
    await settle();
    expect(client.told).toEqual([{ type: 'result', id: 7, stored: true, turnId: 1 }]);
    expect(client.memory.turns).toEqual([{ user: 'anna', turn: { ...turn, speaker: 'bot' } }]);
  });

  it('is told what was used, where anything fades', async () => {
    const client = BridgeClient.greeted();
    client.say({ type: 'memory.reinforce', id: 1, turnIds: [3] });
    const used: unknown[] = [];
    const plain = client.memory.user('anna');
    client.memory.user = (user) =>
      Object.assign(plain, {
        reinforce: (...args: unknown[]) => Promise.resolve(void used.push(user, ...args)),
      });
    client.say({ type: 'memory.reinforce', id: 2, user: 'anna', turnIds: [3, 5], inFull: true });
    client.say({ type: 'memory.reinforce', id: 3, turnIds: [0] });
    await settle();
    expect(client.about(1)).toEqual([{ type: 'result', id: 1, reinforced: false }]);
    expect(client.about(2)).toEqual([{ type: 'result', id: 2, reinforced: true }]);
    expect(client.about(3)).toMatchObject([{ code: 'SLOWCAT_BRIDGE_MESSAGE' }]);
    expect(used).toEqual(['anna', [3, 5], undefined, true]);
  });

  it('refuses ids that cannot be users', async () => {
    const client = BridgeClient.greeted();
    for (const [index, user] of ['', '..', 'a/b', 'a b', 'ä'].entries())
      client.say({ ...recall, id: index + 1, user });
    await settle();
    expect(client.told.map(({ code }) => code)).toEqual(Array(5).fill('SLOWCAT_MEMORY_USER'));
    expect(client.memory.recalls).toEqual([]);
  });

  it('tells facts where there are any to tell, and says so where not', async () => {
    const client = BridgeClient.greeted();
    client.say({ type: 'memory.facts', id: 1 });
    await settle();
    expect(client.told).toMatchObject([{ type: 'error', id: 1, code: 'SLOWCAT_BRIDGE_OFF' }]);
    const knowing = BridgeClient.greeted();
    const asked: unknown[] = [];
    const plain = knowing.memory.user('default');
    knowing.memory.user = () =>
      Object.assign(plain, { facts: (options: unknown) => Promise.resolve([asked.push(options)]) });
    knowing.say({ type: 'memory.facts', id: 1, history: true });
    await settle();
    expect(knowing.told).toEqual([{ type: 'result', id: 1, facts: [1] }]);
    expect(asked).toEqual([{ history: true }]);
  });
});

describe('engines', () => {
  it('hear audio that comes in pieces, at any rate', async () => {
    const client = BridgeClient.greeted();
    client.say({ type: 'stt.transcribe', id: 1 });
    client.say({ type: 'stt.transcribe', id: 2, sampleRateHz: 48_000, prompt: 'Potola.' });
    for (let i = 0; i < 3; i++) {
      client.sayAudio(1, new Uint8Array(3200));
      client.sayAudio(2, new Uint8Array(9600));
    }
    await settle();
    expect(client.told).toEqual([]);
    client.say({ type: 'stt.end', id: 1 });
    await settle();
    client.say({ type: 'stt.end', id: 2 });
    await expect
      .poll(() => client.told)
      .toEqual([
        { type: 'result', id: 1, text: '4800 samples', confidence: 1 },
        { type: 'result', id: 2, text: '4800 samples', confidence: 1 },
      ]);
    expect(client.stt.calls.map(({ prompt }) => prompt)).toEqual([undefined, 'Potola.']);
  });

  it('answer piece by piece', async () => {
    const asked: unknown[] = [];
    const llm = new FakeLanguageModel({ answer: (messages) => (asked.push(messages), 'One two three.') });
    const client = BridgeClient.greeted({ llm });
    const messages = [
      { role: 'developer', content: 'Be short.' },
      { role: 'user', content: 'Count.' },
    ];
    client.say({ type: 'llm.generate', id: 9, messages, maxTokens: 2 });
    await settle();
    expect(client.told).toEqual([
      { type: 'piece', id: 9, text: 'One' },
      { type: 'piece', id: 9, text: ' two' },
      { type: 'result', id: 9, pieces: 2, calls: 0, promptTokens: 3, completionTokens: 2 },
    ]);
    expect(asked).toEqual([[{ role: 'system', content: 'Be short.' }, messages[1]]]);
  });

  it('speak in chunks, each told before its audio, in messages of bounded size', async () => {
    const client = BridgeClient.greeted({}, { limits: { audioMessageBytes: 1000 } });
    client.say({ type: 'tts.synthesize', id: 4, text: 'Hi. You.', voice: 'fake_two', speed: 2 });
    await settle();
    // Three and four characters of 5 ms each at 24 kHz, two bytes a sample.
    expect(client.told).toEqual([
      { type: 'piece', id: 4, text: 'Hi.', sampleRateHz: 24_000 },
      { audio: 4, bytes: 720 },
      { type: 'piece', id: 4, text: 'You.', sampleRateHz: 24_000 },
      { audio: 4, bytes: 960 },
      { type: 'result', id: 4, pieces: 2, samples: 840 },
    ]);
    client.socket.told.length = 0;
    client.say({ type: 'tts.synthesize', id: 5, text: 'Longer.' });
    await settle();
    expect(client.told.map(({ bytes }) => bytes)).toEqual([undefined, 1000, 1000, 1000, 360, undefined]);
  });

  it('that are not there are refused by code', async () => {
    const client = new BridgeClient();
    const bare = BridgeClient.greeted({
      memory: undefined,
      stt: undefined,
      llm: undefined,
      tts: undefined,
    } as never);
    bare.say(recall);
    bare.say({ type: 'stt.transcribe', id: 2 });
    bare.say({ type: 'stt.end', id: 2 });
    bare.say({ type: 'llm.generate', id: 3, messages: [{ role: 'user', content: 'x' }] });
    bare.say({ type: 'tts.synthesize', id: 4, text: 'x' });
    await settle();
    expect(bare.told.map(({ code }) => code)).toEqual(Array(4).fill('SLOWCAT_BRIDGE_OFF'));
    expect(client.session.openRequests).toBe(0);
  });

  it('that fail fail one request, with their code and never with what was said', async () => {
    const secret = 'the words of a person';
    const client = BridgeClient.greeted({
      llm: new FakeLanguageModel({ answer: () => new Error(secret) }),
      stt: new FakeSpeechToText({ hears: [new SlowcatError('SLOWCAT_ENGINE_CLOSED', 'Again.')] }),
    });
    client.say({ type: 'llm.generate', id: 1, messages: [{ role: 'user', content: secret }] });
    client.say({ type: 'stt.transcribe', id: 2 });
    client.sayAudio(2, new Uint8Array(320));
    client.say({ type: 'stt.end', id: 2 });
    client.say({ ...recall, id: 3 });
    await settle();
    expect(client.about(1)).toMatchObject([{ type: 'error', code: 'SLOWCAT_ENGINE_FAILED' }]);
    expect(client.about(2)).toMatchObject([{ type: 'error', code: 'SLOWCAT_ENGINE_CLOSED' }]);
    expect(client.about(3)).toMatchObject([{ type: 'result' }]);
    expect(JSON.stringify(client.told)).not.toContain(secret);
  });
});

describe('cancel', () => {
  it('ends each kind of request at once, also one whose engine does not notice', async () => {
    const client = BridgeClient.greeted({
      llm: new FakeLanguageModel({
        answer: () => 'One two.',
        beforePiece: (n) => (n === 0 ? Promise.resolve() : never),
      }),
      tts: createFakeTextToSpeech({ beforeChunk: () => never }),
      stt: new FakeSpeechToText({ hears: ['x'], beforeAnswer: () => never }),
    });
    client.memory.recallTakes = never;
    client.say({ type: 'llm.generate', id: 1, messages: [{ role: 'user', content: 'x' }] });
    client.say({ type: 'tts.synthesize', id: 2, text: 'Hello.' });
    client.say({ type: 'stt.transcribe', id: 3 });
    client.say({ type: 'stt.transcribe', id: 4 });
    client.sayAudio(4, new Uint8Array(320));
    client.say({ type: 'stt.end', id: 4 });
    client.say({ ...recall, id: 5 });
    await settle();
    expect(client.session.openRequests).toBe(5);
    for (const id of [1, 2, 3, 4, 5]) client.say({ type: 'cancel', id });
    await settle();
    expect(client.session.openRequests).toBe(0);
    expect(client.about(1)).toEqual([
      { type: 'piece', id: 1, text: 'One' },
      { type: 'cancelled', id: 1 },
    ]);
    for (const id of [2, 3, 4, 5]) expect(client.about(id)).toEqual([{ type: 'cancelled', id }]);
  });

  it('of what is over, or was never asked, says nothing; its id can be used again', async () => {
    const client = BridgeClient.greeted();
    client.say({ type: 'cancel', id: 77 });
    client.say(recall);
    await settle();
    client.say({ type: 'cancel', id: 1 });
    client.sayAudio(1, new Uint8Array(2));
    client.say({ type: 'stt.end', id: 1 });
    client.say(recall);
    await settle();
    expect(client.told.map(({ type }) => type)).toEqual(['result', 'result']);
  });

  it('does not unwrite a turn: what is stored is told', async () => {
    const client = BridgeClient.greeted();
    client.say({ type: 'memory.remember', id: 1, role: 'user', text: 'Hi.' });
    client.say({ type: 'cancel', id: 1 });
    await settle();
    expect(client.told).toEqual([{ type: 'result', id: 1, stored: true, turnId: 1 }]);
  });
});

describe('the end of a socket', () => {
  it('aborts what is open', async () => {
    const signals: AbortSignal[] = [];
    const tts = createFakeTextToSpeech({
      beforeChunk: (_text, signal) => {
        if (signal) signals.push(signal);
        return never;
      },
    });
    const client = BridgeClient.greeted({ tts });
    client.say({ type: 'tts.synthesize', id: 1, text: 'Hello.' });
    client.say({ type: 'stt.transcribe', id: 2 });
    await settle();
    client.socket.close(1006);
    await client.ended;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(client.session.openRequests).toBe(0);
    expect(client.clock.pending).toBe(0);
    expect(client.faults).toEqual([]);
  });

  it('is found when the peer has gone without a word, and an idle one stays', async () => {
    const idle = BridgeClient.greeted();
    await idle.clock.advance(3_600_000);
    expect(idle.socket.isOpen).toBe(true);
    await idle.session.close();
    const gone = BridgeClient.greeted();
    gone.socket.answersPings = false;
    await gone.clock.advance(40_000);
    await gone.ended;
    expect(gone.socket.closedWith).toBe(1006);
  });

  it('comes with 1001 when the server closes, before or after it has begun', async () => {
    const client = BridgeClient.greeted();
    await client.session.close();
    await client.session.close();
    await client.ended;
    expect(client.socket.closedWith).toBe(1001);
    expect(client.clock.pending).toBe(0);
  });
});

describe('a client that does wrong', () => {
  it('is told by code, and its session lives', async () => {
    const client = BridgeClient.greeted();
    const bad = [
      '',
      'nonsense',
      '[1]',
      'null',
      { type: 5 },
      { type: 'memory.drop', id: 3 },
      { ...recall, id: 0 },
      { ...recall, id: 1.5 },
      { ...recall, id: 2 ** 32 },
      { ...recall, query: 5 },
      { ...recall, deadlineMs: -1 },
      { ...recall, depth: 'deepest' },
      { type: 'llm.generate', id: 6, messages: [] },
      { type: 'llm.generate', id: 6, messages: [{ role: 'tool', content: 'x' }] },
      { ...asks, tools: [{ name: 'two words', description: '', parameters: {} }] },
      { ...asks, tools: [{ name: 'f', description: '' }] },
      { ...asks, toolChoice: 'perhaps' },
      { type: 'tts.synthesize', id: 6, text: 'x', speed: 9 },
      { type: 'stt.transcribe', id: 6, sampleRateHz: 1 },
    ];
    for (const message of bad) client.say(message);
    client.socket.receive(new Uint8Array(3));
    client.say(recall);
    await settle();
    const codes = client.told.map(({ code }) => code);
    expect(codes).toEqual([...Array<string>(bad.length + 1).fill('SLOWCAT_BRIDGE_MESSAGE'), undefined]);
    expect(client.told[5]).toMatchObject({ id: 3 });
    expect(client.told[9]).toMatchObject({ id: 1, message: expect.stringContaining('query') as string });
    expect(client.told[6]).not.toHaveProperty('id');
  });

  it('and opens an id twice hurts neither request', async () => {
    const client = BridgeClient.greeted();
    client.say({ type: 'stt.transcribe', id: 1 });
    client.say(recall);
    client.say({ type: 'stt.end', id: 1 });
    await settle();
    expect(client.told).toEqual([
      expect.objectContaining({ type: 'error', code: 'SLOWCAT_BRIDGE_MESSAGE' }),
      { type: 'result', id: 1, text: '', confidence: 0 },
    ]);
    expect(client.told[0]).not.toHaveProperty('id');
  });

  it('and does nothing else is closed with 1007', async () => {
    const client = BridgeClient.greeted();
    for (let i = 0; i < 49; i++) client.say('nonsense');
    expect(client.socket.isOpen).toBe(true);
    client.say(recall);
    for (let i = 0; i < 50; i++) client.say('nonsense');
    await client.ended;
    expect(client.socket.closedWith).toBe(1007);
  });

  it('and asks for too much at once is told to wait', async () => {
    const client = BridgeClient.greeted({}, { limits: { maxOpenRequests: 2 } });
    for (const id of [1, 2, 3]) client.say({ type: 'stt.transcribe', id });
    expect(client.told).toMatchObject([{ type: 'error', id: 3, code: 'SLOWCAT_BRIDGE_BUSY' }]);
    client.say({ type: 'cancel', id: 1 });
    client.say({ ...recall, id: 4 });
    await settle();
    expect(client.about(4)).toMatchObject([{ type: 'result' }]);
  });

  it('and sends audio without end loses that request, and what was held', () => {
    const client = BridgeClient.greeted({}, { limits: { maxHeldAudioBytes: 1000 } });
    client.say({ type: 'stt.transcribe', id: 1 });
    client.say({ type: 'stt.transcribe', id: 2 });
    client.sayAudio(1, new Uint8Array(600));
    client.sayAudio(2, new Uint8Array(600));
    expect(client.told).toMatchObject([{ type: 'error', id: 2, code: 'SLOWCAT_BRIDGE_BUSY' }]);
    client.say({ type: 'cancel', id: 1 });
    client.say({ type: 'stt.transcribe', id: 3 });
    client.sayAudio(3, new Uint8Array(1000));
    expect(client.about(3)).toEqual([]);
    client.sayAudio(3, new Uint8Array(1));
    expect(client.about(3)).toMatchObject([{ type: 'error', code: 'SLOWCAT_AUDIO_INVALID' }]);
  });

  it('and stops reading is waited for, then closed with 1008', async () => {
    const client = BridgeClient.greeted();
    const speak = { type: 'tts.synthesize', text: 'Hi.' };
    client.socket.bufferedAmount = 300_000;
    client.say({ ...speak, id: 1 });
    await client.clock.advance(9_000);
    expect(client.told).toEqual([]);
    client.socket.bufferedAmount = 280_000;
    await client.clock.advance(9_000);
    client.socket.bufferedAmount = 0;
    await client.clock.advance(20);
    expect(client.about(1).at(-1)).toMatchObject({ type: 'result', pieces: 1 });
    client.socket.bufferedAmount = 300_000;
    client.say({ ...speak, id: 2 });
    await client.clock.advance(10_020);
    await client.ended;
    expect(client.socket.closedWith).toBe(1008);
    expect(client.clock.pending).toBe(0);
  });

  it('and reads nothing while it errs has bounded answers', () => {
    const client = BridgeClient.greeted();
    client.socket.bufferedAmount = 9_000_000;
    client.say('nonsense');
    expect(client.socket.closedWith).toBe(1008);
  });

  it('in whatever way never breaks the session or the order of last words', async () => {
    const id = fc.integer({ min: 1, max: 3 });
    const message = fc.oneof(
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
      {
        weight: 6,
        arbitrary: fc.oneof(
          id.map((n) => ({ type: 'memory.recall', id: n, query: 'x' })),
          id.map((n) => ({ type: 'memory.remember', id: n, role: 'user', text: 'x' })),
          id.map((n) => ({ type: 'stt.transcribe', id: n })),
          id.map((n) => ({ type: 'stt.end', id: n })),
          id.map((n) => ({ type: 'tts.synthesize', id: n, text: 'Hi.' })),
          id.map((n) => ({ type: 'llm.generate', id: n, messages: [{ role: 'user', content: 'x' }] })),
          id.map((n) => ({ type: 'cancel', id: n })),
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
        const client = BridgeClient.greeted({}, { limits: { maxBadInARow: 1000 } });
        for (const one of messages) {
          if (one instanceof Uint8Array) client.socket.receive(one);
          else client.say(typeof one === 'string' ? one : JSON.stringify(one));
        }
        for (const open of [1, 2, 3]) client.say({ type: 'stt.end', id: open });
        await settle();
        expect(client.session.openRequests).toBe(0);
        client.say({ type: 'memory.recall', id: 99, query: 'still there' });
        await settle();
        expect(client.told.at(-1)).toMatchObject({ type: 'result', id: 99 });
        await client.session.close();
        expect(client.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
