import { describe, expect, it } from 'vitest';
import { createSmartTurn } from './smart-turn.js';

const missing = () => createSmartTurn({ modelPath: '/nowhere/smart-turn.onnx' });

describe('Smart Turn without weights', () => {
  it('says that the model is missing, on each call', async () => {
    const engine = missing();
    for (const call of [engine.warmUp(), engine.predict(new Float32Array(160))]) {
      await expect(call).rejects.toMatchObject({ code: 'SLOWCAT_MODEL_MISSING' });
    }
    await engine.close();
  });

  it('looks at the signal before anything else', async () => {
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(missing().predict(new Float32Array(160), { signal })).rejects.toThrow('gone');
  });

  it('can be closed before it was used', async () => {
    const engine = missing();
    await engine.close();
    await expect(engine.warmUp()).rejects.toMatchObject({ code: 'SLOWCAT_ENGINE_CLOSED' });
  });
});
