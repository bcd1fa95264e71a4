import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AggregatedTextFrame, TTSStoppedFrame, TTSTextFrame } from '../../pipeline/frames/index.js';
import { SpokenClauses } from './spoken-clauses.js';

const announce = (text: string) => new AggregatedTextFrame(text, 'sentence', { willBeSpoken: true });
const spoken = (text: string, segmentId: number | null = null) =>
  new TTSTextFrame(text, 'sentence', { segmentId });

/** Clauses one after the other, so many milliseconds long. */
function say(clauses: readonly (readonly [text: string, ms: number])[], announced = true) {
  const log = new SpokenClauses();
  let atMs = 0;
  const frames = clauses.map(([text, ms]) => {
    const announcement = announce(text);
    if (announced) log.observe(announcement, atMs);
    atMs += ms;
    const frame = spoken(text, announced ? announcement.id : null);
    log.observe(frame, atMs);
    return frame;
  });
  return { log, frames, endMs: atMs };
}

const texts = (log: SpokenClauses, heardMs: number, knownMs: number) =>
  log.cut(heardMs, knownMs).map(({ text }) => text);

describe('SpokenClauses', () => {
  it.each([true, false])('cuts the clause that is under way at the word, announced: %s', (announced) => {
    const { log, frames, endMs } = say(
      [
        ['One two.', 800],
        ['Three four.', 1100],
      ],
      announced,
    );
    log.passedOn(frames[0]!);
    expect(log.cut(1500, endMs)).toEqual([
      { frameId: frames[1]!.id, text: 'Three', passedOn: false, appendToContext: true },
    ]);
  });

  it('takes back what was passed on and not heard, and leaves what was', () => {
    const { log, frames, endMs } = say([
      ['One two.', 800],
      ['Three four.', 1100],
    ]);
    for (const frame of frames) log.passedOn(frame);
    expect(log.cut(500, endMs)).toMatchObject([
      { text: 'One', passedOn: true },
      { text: '', passedOn: true },
    ]);
    expect(log.cut(endMs, endMs)).toEqual([]);
  });

  it('tells of a clause that was heard whole and not yet passed on', () => {
    const { log, endMs } = say([['One two.', 800]]);
    expect(texts(log, 800, endMs)).toEqual(['One two.']);
  });

  it('supposes how long a clause becomes whose synthesis goes on, by how long those before it were', () => {
    const { log, endMs } = say([['1234567890', 2000]]);
    log.observe(announce('aaaa bbbb cccc'), endMs);
    // 200 ms a character: 14 characters take 2800 ms, of which 300 are there.
    expect(texts(log, endMs + 1000, endMs + 300).at(-1)).toBe('aaaa');
    const fresh = new SpokenClauses();
    fresh.observe(announce('aaaa bbbb cccc'), 0);
    expect(texts(fresh, 700, 700)).toEqual(['aaaa bbbb']);
  });

  it('forgets a clause that made no sound, and where it was', () => {
    const log = new SpokenClauses();
    log.observe(announce('mute'), 0);
    log.observe(new TTSStoppedFrame(), 0);
    expect(log.cut(0, 0)).toEqual([]);
    log.observe(announce('mute'), 0);
    log.observe(announce('One two.'), 0);
    expect(texts(log, 0, 0)).toEqual(['']);
  });

  it('leaves alone what may not be interrupted, and knows what is not for the context', () => {
    const log = new SpokenClauses();
    const firm = announce('Firm.');
    firm.interruptible = false;
    log.observe(firm, 0);
    expect(log.cut(100, 400)).toEqual([]);
    log.reset(0);
    const aside = announce('An aside.');
    aside.metadata['appendToContext'] = false;
    log.observe(aside, 0);
    expect(log.cut(100, 400)).toMatchObject([{ appendToContext: false }]);
  });

  it('has never more than was spoken, whole words in order, and only grows with what was played', () => {
    const clause = fc.tuple(fc.stringMatching(/^[a-z]{1,6}( [a-z]{1,6}){0,5}[.]$/), fc.nat(3000));
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(), (clauses, a, b) => {
        const { log, endMs } = say(clauses);
        const all = clauses.map(([text]) => text);
        const heard = (ms: number) => texts(log, ms, endMs);
        const [less, more] = [Math.min(a, b) % (endMs + 10), Math.max(a, b) % (endMs + 10)].sort(
          (x, y) => x - y,
        );
        for (const ms of [less!, more!]) {
          heard(ms).forEach((text, i) => {
            expect(all[i]!.startsWith(text)).toBe(true);
            // Nothing of a clause is heard before all of the one before it.
            if (text !== '' && i > 0) expect(heard(ms)[i - 1]).toBe(all[i - 1]);
          });
        }
        expect(heard(more!).join('').startsWith(heard(less!).join(''))).toBe(true);
      }),
    );
  });
});
