import { describe, expect, it } from 'vitest';
import { defaultModels, loadCatalog } from './catalog.js';
import { inspectModels } from './ensure.js';

describe('the default models on this machine', () => {
  it('have the contents that the catalog lists', async (ctx) => {
    const models = defaultModels(loadCatalog());
    const files = await inspectModels(models, { hash: true });
    const missing = files.filter(({ state }) => state === 'missing').map(({ name }) => name);
    if (missing.length > 0) ctx.skip(`not fetched: ${missing.join(', ')}`);
    expect(files.filter(({ state }) => state !== 'verified')).toEqual([]);
  });
});
