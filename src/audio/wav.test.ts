import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlowcatError } from '../errors.js';
import { readWav, readWavMono, writeWav } from './wav.js';

function ascii(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}

function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

function u16(value: number): number[] {
  return [value & 255, value >>> 8];
}

interface Header {
  tag?: number;
  channels?: number;
  rate?: number;
  align?: number;
  bits?: number;
  fmtSize?: number;
}

function fmtChunk({
  tag = 1,
  channels = 1,
  rate = 16_000,
  align = 2,
  bits = 16,
  fmtSize = 16,
}: Header): number[] {
  return [
    ...ascii('fmt '),
    ...u32(fmtSize),
    ...u16(tag),
    ...u16(channels),
    ...u32(rate),
    ...u32(rate * align),
    ...u16(align),
    ...u16(bits),
  ];
}

function chunk(name: string, data: number[], size = data.length): number[] {
  return [...ascii(name), ...u32(size), ...data];
}

function riff(...chunks: number[][]): Uint8Array {
  return Uint8Array.from([...ascii('RIFF'), ...u32(0), ...ascii('WAVE'), ...chunks.flat()]);
}

function failure(bytes: Uint8Array): string {
  try {
    readWav(bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'SLOWCAT_WAV_INVALID' });
    return (error as Error).message;
  }
  throw new Error('the file was read');
}

describe('readWav', () => {
  it('gives back what writeWav was given, in both formats and any channel count', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 384_000 }),
        fc.float32Array({ min: -1, max: Math.fround(0.9999), noNaN: true, minLength: 1, maxLength: 50 }),
        fc.constantFrom('pcm16' as const, 'float32' as const),
        (channels, sampleRateHz, frame, format) => {
          const samples = new Float32Array(frame.length * channels).map((_, i) => frame[i % frame.length]!);
          const read = readWav(writeWav(samples, { sampleRateHz, channels, format }));
          expect(read.sampleRateHz).toBe(sampleRateHz);
          expect(read.channels).toBe(channels);
          expect(read.samples.length).toBe(samples.length);
          const tolerance = format === 'pcm16' ? 0.5 / 32_768 + 1e-9 : 0;
          read.samples.forEach((x, i) => expect(Math.abs(x - samples[i]!)).toBeLessThanOrEqual(tolerance));
        },
      ),
    );
  });

  it('takes 16-bit samples as frames carry them', () => {
    const samples = Int16Array.of(-32_768, -1, 0, 1, 32_767);
    const floats = Float32Array.from(samples, (x) => x / 32_768);
    for (const format of ['pcm16', 'float32'] as const) {
      const options = { sampleRateHz: 24_000, format };
      expect(writeWav(samples, options)).toEqual(writeWav(floats, options));
    }
  });

  it('skips other chunks and their padding', () => {
    const file = riff(chunk('LIST', [1, 2, 3]), [0], fmtChunk({}), chunk('data', [0, 64]));
    expect([...readWav(file).samples]).toEqual([0.5]);
  });

  it('reads extensible headers', () => {
    const fmt = fmtChunk({ tag: 0xfffe, fmtSize: 40 });
    const extension = [...u16(22), ...u16(16), ...u32(4), ...u16(1), ...new Array<number>(14).fill(0)];
    expect([...readWav(riff(fmt, extension, chunk('data', [0, 64]))).samples]).toEqual([0.5]);
  });

  it('reads what a pipe wrote, whose size was not known', () => {
    expect([...readWav(riff(fmtChunk({}), chunk('data', [0, 64], 0xffff_ffff))).samples]).toEqual([0.5]);
  });

  it('reads from a view that is not aligned', () => {
    const file = writeWav(Float32Array.of(0.5, -0.5), { sampleRateHz: 8000 });
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect([...readWav(shifted.subarray(1)).samples]).toEqual([0.5, -0.5]);
  });

  it('takes NaN and infinities as silence', () => {
    const file = writeWav(Float32Array.of(NaN, Infinity, 0.25), { sampleRateHz: 8000, format: 'float32' });
    expect([...readWav(file).samples]).toEqual([0, 0, 0.25]);
  });

  it('mixes to mono on request', () => {
    const file = writeWav(Float32Array.of(0.5, -0.5, 0.5, 0), { sampleRateHz: 8000, channels: 2 });
    expect([...readWavMono(file).pcm]).toEqual([0, 0.25]);
  });
});

describe('damaged files', () => {
  // The kinds of damage known from recordings that crashed other readers.
  it('an impossible sample rate', () => {
    expect(failure(riff(fmtChunk({ rate: 0x10ac44 }), chunk('data', [0, 0])))).toContain('1092676 Hz');
  });
  it('a format chunk longer than the file', () => {
    expect(failure(riff(fmtChunk({ fmtSize: 0x6666_6666 }), chunk('data', [])))).toContain('are left');
  });
  it('an unknown chunk longer than the file', () => {
    const x = new Array<number>(500).fill(0x78);
    expect(failure(riff(fmtChunk({}), chunk('HURF', x, 0x3939_3939)))).toContain('are left');
  });
  it('no samples', () => {
    expect(failure(riff(fmtChunk({}), chunk('data', [])))).toContain('no samples');
  });
  it('no data, no format, no RIFF, nothing', () => {
    expect(failure(riff(fmtChunk({})))).toContain('no data chunk');
    expect(failure(riff(chunk('data', [0, 0])))).toContain('before the chunk');
    expect(failure(Uint8Array.from(ascii('OggS............')))).toContain('RIFF/WAVE');
    expect(failure(new Uint8Array(0))).toContain('RIFF/WAVE');
  });
  it('samples cut in the middle', () => {
    expect(failure(riff(fmtChunk({}), chunk('data', [0, 0, 0])))).toContain('middle');
  });
  it('formats that are not read', () => {
    expect(failure(riff(fmtChunk({ bits: 8, align: 1 }), chunk('data', [0])))).toContain('8-bit');
    expect(failure(riff(fmtChunk({ tag: 85 }), chunk('data', [0, 0])))).toContain('format 85');
    expect(failure(riff(fmtChunk({ channels: 0, align: 0 }), chunk('data', [0, 0])))).toContain('0 channels');
    expect(failure(riff(fmtChunk({ align: 3 }), chunk('data', [0, 0])))).toContain('3 bytes');
    expect(failure(riff(fmtChunk({ fmtSize: 4 }).slice(0, 12), chunk('data', [0, 0])))).toContain(
      'at least 16',
    );
  });

  it('never anything but audio or SLOWCAT_WAV_INVALID, whatever the bytes', () => {
    const good = writeWav(Float32Array.of(0.1, 0.2, 0.3, 0.4), { sampleRateHz: 16_000 });
    const mutated = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
      .chain((edits) =>
        fc.nat(good.length).map((length) => {
          const bytes = good.slice(0, length);
          for (const [at, value] of edits) if (at < length) bytes[at] = value;
          return bytes;
        }),
      );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        try {
          const { samples, sampleRateHz, channels } = readWav(bytes);
          return (
            samples.length > 0 && samples.byteLength <= bytes.length * 2 && sampleRateHz > 0 && channels > 0
          );
        } catch (error) {
          return SlowcatError.isInstance(error) && error.code === 'SLOWCAT_WAV_INVALID';
        }
      }),
      { numRuns: 3000 },
    );
  });
});
