import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserTurn, type TurnAction, type TurnEvent } from './user-turn.js';

/** A conversation as a script of [time, event]; ticks come at every deadline between. */
function play(script: readonly (readonly [number, TurnEvent])[], untilMs: number): [number, TurnAction][] {
  const turn = new UserTurn();
  const actions: [number, TurnAction][] = [];
  const give = (event: TurnEvent, atMs: number) => {
    const action = turn.on(event, atMs);
    if (action !== null) actions.push([atMs, action]);
  };
  const ticksUntil = (atMs: number) => {
    for (let due = turn.deadlineMs; due !== null && due <= atMs; due = turn.deadlineMs)
      give({ type: 'tick' }, due);
  };
  for (const [atMs, event] of script) {
    ticksUntil(atMs - 1);
    give(event, atMs);
  }
  ticksUntil(untilMs);
  return actions;
}

const started = { type: 'vad-started' } as const;
const stopped = { type: 'vad-stopped' } as const;
const listening = { type: 'recognition-started' } as const;
const judged = (complete: boolean) => ({ type: 'judged', complete }) as const;
const heard = (text: string) => ({ type: 'recognised', text }) as const;

describe('UserTurn', () => {
  it('starts with speech and stops 600 ms after it when the words are there', () => {
    const actions = play(
      [
        [0, started],
        [1000, stopped],
        [1000, listening],
        [1300, heard('hello')],
      ],
      9000,
    );
    expect(actions).toEqual([
      [0, 'start'],
      [1600, 'stop'],
    ]);
  });

  it('waits for a slow recogniser and then stops at once', () => {
    const actions = play(
      [
        [0, started],
        [1000, stopped],
        [1000, listening],
        [2500, heard('hello')],
      ],
      9000,
    );
    expect(actions).toEqual([
      [0, 'start'],
      [2500, 'stop'],
    ]);
  });

  it('holds a sentence together across a pause', () => {
    const actions = play(
      [
        [0, started],
        [1000, stopped],
        [1000, listening],
        [1300, heard('my dog')],
        [1500, started],
        [2500, stopped],
        [2500, listening],
        [2800, heard('is Potola')],
      ],
      9000,
    );
    expect(actions).toEqual([
      [0, 'start'],
      [3100, 'stop'],
    ]);
  });

  it('stops a finished turn as soon as its words are there', () => {
    const script = [
      [0, started],
      [1000, stopped],
      [1000, listening],
      [1030, judged(true)],
      [1300, heard('hello')],
    ] as const;
    expect(play(script, 9000)).toEqual([
      [0, 'start'],
      [1300, 'stop'],
    ]);
    const quick = [
      [0, started],
      [1000, stopped],
      [1000, listening],
      [1020, heard('hello')],
      [1030, judged(true)],
    ] as const;
    expect(play(quick, 9000)).toEqual([
      [0, 'start'],
      [1030, 'stop'],
    ]);
  });

  it('gives an unfinished turn two seconds, and forgets the verdict when the speaker goes on', () => {
    const waits = [
      [0, started],
      [1000, stopped],
      [1000, listening],
      [1030, judged(false)],
      [1300, heard('my dog')],
    ] as const;
    expect(play(waits, 9000)).toEqual([
      [0, 'start'],
      [3000, 'stop'],
    ]);
    const goesOn = [
      ...waits,
      [2500, started],
      [3500, stopped],
      [3500, listening],
      [3800, heard('is Potola')],
    ] as const;
    expect(play(goesOn, 9000)).toEqual([
      [0, 'start'],
      [4100, 'stop'],
    ]);
  });

  it('ends a turn in which nothing was said', () => {
    expect(
      play(
        [
          [0, started],
          [300, stopped],
          [300, listening],
          [500, heard('')],
        ],
        9000,
      ),
    ).toEqual([
      [0, 'start'],
      [900, 'stop'],
    ]);
  });

  it('ends a turn whose recogniser never answers', () => {
    expect(
      play(
        [
          [0, started],
          [1000, stopped],
          [1000, listening],
        ],
        9000,
      ),
    ).toEqual([
      [0, 'start'],
      [6000, 'stop'],
    ]);
  });

  it('takes late words for a turn of their own', () => {
    const actions = play(
      [
        [0, started],
        [1000, stopped],
        [1000, listening],
        [7000, heard('late')],
      ],
      9000,
    );
    expect(actions).toEqual([
      [0, 'start'],
      [6000, 'stop'],
      [7000, 'start'],
      [7600, 'stop'],
    ]);
  });

  it('never stays open once the speaker is silent, whatever comes', () => {
    const event = fc.oneof(
      fc.constant(started),
      fc.constant(stopped),
      fc.constant(listening),
      fc.constant(heard('')),
      fc.constant(heard('word')),
      fc.boolean().map(judged),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2000), event), { maxLength: 60 }), (steps) => {
        let atMs = 0;
        const script = steps.map(([gap, what]) => [(atMs += gap), what] as const);
        const actions = play([...script, [atMs + 1, stopped]], atMs + 6000);
        actions.forEach(([, action], index) => expect(action).toBe(index % 2 === 0 ? 'start' : 'stop'));
        expect(actions.length % 2).toBe(0);
      }),
    );
  });
});
