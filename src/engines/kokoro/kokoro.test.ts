import { describe, expect, it } from 'vitest';
import { speakAll } from '../conformance/text-to-speech.js';
import { createKokoro } from './kokoro.js';

const missing = () => createKokoro({ modelPath: '/nowhere/kokoro.onnx' });

describe('Kokoro without weights', () => {
  it('says that the model is missing, on each call', async () => {
    const engine = missing();
    for (const call of [engine.warmUp(), speakAll(engine, 'Hello.')]) {
      await expect(call).rejects.toMatchObject({ code: 'SLOWCAT_MODEL_MISSING' });
    }
    await engine.close();
  });

  it('checks voice, speed and signal before anything else', async () => {
    const engine = missing();
    const invalid = { code: 'SLOWCAT_CONFIG_INVALID' };
    await expect(speakAll(engine, 'Hello.', { voice: 'toString' })).rejects.toMatchObject(invalid);
    await expect(speakAll(engine, 'Hello.', { speed: 3 })).rejects.toMatchObject(invalid);
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(speakAll(engine, 'Hello.', { signal })).rejects.toThrow('gone');
  });

  it('needs no model to say nothing', async () => {
    expect(await speakAll(missing(), '🙂')).toEqual([]);
  });

  it('can be closed before it was used', async () => {
    const engine = missing();
    await engine.close();
    await expect(engine.warmUp()).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
  });
});
