import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionActivity } from './activity.js';
import { SessionTimeline, type SessionTotals, type TurnRecord } from './session-timeline.js';

function run(activities: readonly SessionActivity[], words = false) {
  const turns: TurnRecord[] = [];
  const ends: SessionTotals[] = [];
  const timeline = new SessionTimeline({
    words,
    onTurn: (turn) => turns.push(turn),
    onEnd: (totals) => ends.push(totals),
  });
  for (const activity of activities) timeline.on(activity);
  return { turns, ends };
}

const latency = {
  total: 900,
  endOfTurnWait: 500,
  stt: 200,
  memory: 2,
  llmFirstToken: 98,
  firstClause: 100,
  ttsFirstAudio: 190,
  output: 10,
};

/** A turn that is answered, from `atMs` on. */
const answered = (atMs: number): SessionActivity[] => [
  { kind: 'user-started', atMs },
  { kind: 'user-stopped', atMs: atMs + 1000 },
  { kind: 'asked', atMs: atMs + 1001, text: 'Where is Potola?' },
  { kind: 'recalled', atMs: atMs + 1003, scores: [1.23456, 0.5], tookMs: 2, late: false },
  { kind: 'tokens', atMs: atMs + 1500, prompt: 100, completion: 10, cached: 60 },
  { kind: 'latency', latency },
  { kind: 'bot-started', atMs: atMs + 1400 },
];

describe('SessionTimeline', () => {
  it('tells of a turn when the next one begins, with everything that belongs to it', () => {
    const { turns } = run([
      ...answered(0),
      { kind: 'bot-stopped', atMs: 2000 },
      { kind: 'said', atMs: 2000, text: 'Under the table.' },
      { kind: 'user-started', atMs: 3000 },
    ]);
    expect(turns).toEqual([
      {
        turn: 1,
        kind: 'spoken',
        startMs: 0,
        userStoppedMs: 1000,
        askedMs: 1001,
        botStartedMs: 1400,
        botStoppedMs: 2000,
        outcome: 'answered',
        stages: latency,
        tokens: { prompt: 100, completion: 10, cached: 60 },
        recall: { tookMs: 2, late: false, scores: [1.235, 0.5] },
        errors: [],
      },
    ]);
  });

  it('gives the last words of an answer that was cut short to the turn they belong to', () => {
    const { turns, ends } = run(
      [
        ...answered(0),
        { kind: 'user-started', atMs: 1700 },
        { kind: 'interrupted', atMs: 1700 },
        { kind: 'bot-stopped', atMs: 1701 },
        { kind: 'said', atMs: 1702, text: 'Under' },
        ...answered(1700).slice(1),
        { kind: 'finished', atMs: 5000 },
      ],
      true,
    );
    expect(
      turns.map(({ turn, outcome, botStoppedMs, words }) => [turn, outcome, botStoppedMs, words]),
    ).toEqual([
      [1, 'interrupted', 1701, { user: 'Where is Potola?', bot: 'Under' }],
      [2, 'answered', null, { user: 'Where is Potola?', bot: '' }],
    ]);
    expect(ends).toEqual([{ durationMs: 5000, interruptions: 1, audioInBytes: 0, audioOutBytes: 0 }]);
  });

  it('goes on with a turn until the bot has made a sound', () => {
    const { turns } = run([
      { kind: 'user-started', atMs: 0 },
      { kind: 'user-stopped', atMs: 500 },
      { kind: 'asked', atMs: 501, text: 'I want' },
      { kind: 'user-started', atMs: 600 },
      { kind: 'user-stopped', atMs: 900 },
      { kind: 'error', atMs: 950, code: 'SLOWCAT_ENGINE_FAILED' },
      { kind: 'finished', atMs: 1000 },
    ]);
    expect(turns).toMatchObject([
      { turn: 1, startMs: 0, userStoppedMs: 900, outcome: 'unanswered', errors: ['SLOWCAT_ENGINE_FAILED'] },
    ]);
  });

  it('knows typed turns, and a bot that speaks unasked', () => {
    const { turns } = run([
      { kind: 'bot-started', atMs: 10 },
      { kind: 'bot-stopped', atMs: 20 },
      { kind: 'asked', atMs: 30, text: 'hi' },
      { kind: 'bot-started', atMs: 40 },
      { kind: 'finished', atMs: 50 },
    ]);
    expect(turns.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['bot', 'answered'],
      ['typed', 'answered'],
    ]);
  });

  it('keeps no words unless told to', () => {
    const activities: SessionActivity[] = [...answered(0), { kind: 'said', atMs: 1, text: 'Potola' }];
    const kept = (words: boolean) =>
      JSON.stringify(run([...activities, { kind: 'finished', atMs: 2 }], words).turns);
    expect(kept(false)).not.toContain('Potola');
    expect(kept(true)).toContain('Potola');
  });

  it('tells each turn once and in order, whatever happens', () => {
    const kinds = ['user-started', 'user-stopped', 'bot-started', 'bot-stopped', 'interrupted'] as const;
    const simple = fc.constantFrom(...kinds).map((kind): SessionActivity => ({ kind, atMs: 1 }));
    const others = fc.constantFrom<SessionActivity>(
      { kind: 'asked', atMs: 1, text: 'x' },
      { kind: 'said', atMs: 1, text: 'y' },
      { kind: 'audio-in', bytes: 2 },
      { kind: 'latency', latency },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(simple, others), { maxLength: 60 }), (activities) => {
        const { turns, ends } = run([...activities, { kind: 'finished', atMs: 9 }], true);
        expect(turns.map(({ turn }) => turn)).toEqual(turns.map((_turn, i) => i + 1));
        expect(ends).toHaveLength(1);
        expect(ends[0]?.audioInBytes).toBe(2 * activities.filter(({ kind }) => kind === 'audio-in').length);
        for (const { botStartedMs, outcome } of turns)
          expect(outcome === 'unanswered').toBe(botStartedMs === null);
      }),
    );
  });
});
