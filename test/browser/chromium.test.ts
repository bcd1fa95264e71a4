import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeWav } from '../../src/audio/index.js';
import { findChromium, getChromium, launchChromium } from './chromium.js';

describe('findChromium', () => {
  const env = { PATH: ['/first', '/second'].join(delimiter) };
  const only =
    (...files: string[]) =>
    (file: string) =>
      files.includes(file);

  it('takes the first on the path, Chromium before Chrome', () => {
    const chrome = join('/first', 'google-chrome');
    const chromium = join('/second', 'chromium');
    expect(findChromium(env, only(chrome, chromium))).toEqual({ executable: chromium });
    expect(findChromium(env, only(chrome))).toEqual({ executable: chrome });
  });

  it('takes what SLOWCAT_CHROMIUM names, and nothing else instead', () => {
    const named = { ...env, SLOWCAT_CHROMIUM: '/opt/browser' };
    expect(findChromium(named, () => true)).toEqual({ executable: '/opt/browser' });
    expect(findChromium(named, only(join('/first', 'chromium')))).toEqual({
      missing: expect.stringContaining('SLOWCAT_CHROMIUM') as string,
    });
  });

  it('says what to do where there is none', () => {
    expect(findChromium(env, () => false)).toEqual({
      missing: expect.stringMatching(/Install Chromium .* SLOWCAT_CHROMIUM/) as string,
    });
  });
});

const chromium = await getChromium((line) => process.stdout.write(`  ${line}\n`));
if ('missing' in chromium) process.stdout.write(`  SKIPPED the browser itself: ${chromium.missing}\n`);

describe.skipIf('missing' in chromium)('launchChromium', () => {
  it('starts a browser whose microphone is a recording, played once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slowcat-chromium-'));
    const microphone = join(folder, 'tone.wav');
    const sampleRateHz = 16_000;
    // A second, and too little silence for the analyser to fall silent if it began again.
    const tone = Float32Array.from({ length: 1.2 * sampleRateHz }, (_, i) =>
      i < sampleRateHz ? 0.5 * Math.sin((2 * Math.PI * 1000 * i) / sampleRateHz) : 0,
    );
    writeFileSync(microphone, writeWav(tone, { sampleRateHz }));
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await launchChromium((chromium as { executable: string }).executable, { microphone });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      // Loudest frequency while it sounds, and whether it becomes silent.
      const heard = await page.evaluate(`(async () => {
        const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
        const stream = await navigator.mediaDevices.getUserMedia({ audio });
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        context.createMediaStreamSource(stream).connect(analyser);
        const levels = new Float32Array(analyser.frequencyBinCount);
        const loudest = async (loud) => {
          for (;;) {
            analyser.getFloatFrequencyData(levels);
            const max = Math.max(...levels);
            if (loud ? max > -40 : max < -90)
              return (levels.indexOf(max) * context.sampleRate) / analyser.fftSize;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        };
        const hz = await loudest(true);
        await loudest(false);
        return hz;
      })()`);
      expect(Math.abs((heard as number) - 1000)).toBeLessThan(50);
    } finally {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
