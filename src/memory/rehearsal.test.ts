import { describe, expect, it } from 'vitest';

import { rankingModels } from './recall/ranking-weights.js';
import { rehearse, stepsOf } from './rehearsal.js';

describe('rehearse', () => {
  it('plays a whole recall in many steps', () => {
    expect([...stepsOf(rankingModels)].length).toBeGreaterThan(30);
  });

  it('pauses between the steps, and plays once', async () => {
    let pauses = 0;
    const pause = (): Promise<void> => {
      pauses++;
      return Promise.resolve();
    };
    await rehearse(rankingModels, pause);
    const once = pauses;
    expect(once).toBe([...stepsOf(rankingModels)].length);
    await rehearse(rankingModels, pause);
    expect(pauses).toBe(once);
  });
});
