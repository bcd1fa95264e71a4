import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isKokoroVoice, kokoroVoices } from './voices.js';

it('lists exactly the English voices whose files kokoro-js has', () => {
  const folder = fileURLToPath(new URL('../voices', import.meta.resolve('kokoro-js')));
  const english = readdirSync(folder)
    .filter((file) => /^[ab][fm]_/.test(file))
    .map((file) => file.replace('.bin', ''));
  expect([...kokoroVoices].sort()).toEqual(english.sort());
});

it('knows a voice by its name', () => {
  expect(isKokoroVoice('bm_george')).toBe(true);
  expect(isKokoroVoice('toString')).toBe(false);
});
