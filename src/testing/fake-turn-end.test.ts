import { describe, expect, it } from 'vitest';
import { turnEndConformance } from '../engines/conformance/turn-end.js';
import { FakeTurnEnd } from './fake-turn-end.js';

const turn = new Float32Array(1600).fill(0.1);

turnEndConformance(
  'FakeTurnEnd',
  () => new FakeTurnEnd({ predicts: (pcm) => Math.abs(pcm[0] ?? 0) + Math.abs(pcm.at(-1) ?? 0) }),
);

describe('FakeTurnEnd', () => {
  it('predicts a list in order, and the end of every turn after it', async () => {
    const fake = new FakeTurnEnd({ predicts: [0.2, 0.8] });
    const predicted = await Promise.all([1, 2, 3].map(() => fake.predict(turn)));
    expect(predicted).toEqual([0.2, 0.8, 1]);
    expect(fake.calls).toEqual([{ samples: 1600 }, { samples: 1600 }, { samples: 1600 }]);
  });

  it('hears the audio and the number of the call', async () => {
    const fake = new FakeTurnEnd({ predicts: (pcm, call) => (pcm.length + call) / 10_000 });
    expect(await fake.predict(turn)).toBe(0.16);
    expect(await fake.predict(turn)).toBe(0.1601);
  });

  it('rejects with an error of the script and goes on', async () => {
    const fake = new FakeTurnEnd({ predicts: [new Error('deaf'), 0.5] });
    await expect(fake.predict(turn)).rejects.toThrow('deaf');
    expect(await fake.predict(turn)).toBe(0.5);
  });

  it('answers one call after another, each after its wait', async () => {
    const gates: (() => void)[] = [];
    const fake = new FakeTurnEnd({ beforeAnswer: () => new Promise((open) => void gates.push(open)) });
    const both = [fake.predict(turn), fake.predict(turn)];
    await new Promise(setImmediate);
    expect(gates.length).toBe(1);
    gates[0]?.();
    await both[0];
    await new Promise(setImmediate);
    expect(gates.length).toBe(2);
    gates[1]?.();
    await both[1];
  });

  it('fails what it still works on when it closes, without waiting for it', async () => {
    const fake = new FakeTurnEnd({ beforeAnswer: () => new Promise(setImmediate) });
    const call = fake.predict(turn);
    await fake.close();
    await expect(call).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
  });
});
