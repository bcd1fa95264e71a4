import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlowcatError } from '../../errors.js';
import { readCt2 } from './ct2-reader.js';
import { ct2File, ramp } from './synthetic-ct2.test-helper.js';

const file = ct2File(
  [
    ramp('encoder/conv1/bias', 4),
    { name: 'encoder/num_heads', dims: [], type: 'int16', bytes: Buffer.from([6, 0]) },
  ],
  { aliases: { 'decoder/projection/weight': 'encoder/conv1/bias' } },
);

describe('readCt2', () => {
  it('reads variables, scalars and aliases', () => {
    const model = readCt2(file);
    expect(model.spec).toBe('WhisperSpec');
    expect(model.revision).toBe(3);
    expect(model.variables.get('encoder/conv1/bias')).toMatchObject({ dims: [4], type: 'float16' });
    expect(model.variables.get('encoder/num_heads')?.bytes.readInt16LE()).toBe(6);
    expect([...model.aliases]).toEqual([['decoder/projection/weight', 'encoder/conv1/bias']]);
  });

  it('refuses a file of another version', () => {
    expect(() => readCt2(ct2File([], { version: 5 }))).toThrow('Its binary version is 5, not 6.');
  });

  it('refuses a variable whose bytes do not fit its dimensions', () => {
    expect(() => readCt2(ct2File([{ ...ramp('a', 4), dims: [5] }]))).toThrow('do not fit its dimensions');
  });

  it('refuses bytes after the end', () => {
    expect(() => readCt2(Buffer.concat([file, Buffer.from([0])]))).toThrow('left after its last alias');
  });

  it('refuses a file cut at any place, always with the same code', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: file.length - 1 }), (length) => {
        const error = thrownBy(() => readCt2(file.subarray(0, length)));
        expect(SlowcatError.isInstance(error) && error.code).toBe('SLOWCAT_MODEL_FORMAT');
      }),
    );
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
