import { describe, expect, it, vi } from 'vitest';
import type { UserMemory } from '../../memory/memory.js';
import { memoryTools } from './memory-tools.js';

function tools() {
  const recall = vi.fn(() => Promise.resolve({ items: [{ line: 'user: My dog is called Potola.' }] }));
  const remember = vi.fn(({ text }: { text: string }) =>
    Promise.resolve(text.trim() === '' ? { stored: false, reason: 'empty' } : { stored: true, turnId: 1 }),
  );
  const memory = { recall, remember } as unknown as UserMemory;
  const [search, store] = memoryTools({ memory, sessionId: 's1' });
  const ask = async (tool: typeof search, args: object): Promise<unknown> => {
    let result: unknown;
    const checked = tool?.check?.(args as never);
    if (checked?.ok !== true) throw new Error('unfit');
    await tool?.handler?.({ ...checked, resultCallback: (given: unknown) => (result = given) } as never);
    return result;
  };
  return {
    recall,
    remember,
    search: (args: object) => ask(search, args),
    store: (args: object) => ask(store, args),
  };
}

describe('tools of the memory', () => {
  it('search what was said', async () => {
    const { recall, search } = tools();
    expect(await search({ query: 'dog' })).toEqual({ results: ['user: My dog is called Potola.'] });
    expect(recall).toHaveBeenCalledWith('dog', expect.objectContaining({ maxItems: 5 }));
    await expect(search({ query: '' })).rejects.toThrow('unfit');
    await expect(search({ query: 'x', limit: 1000 })).rejects.toThrow('unfit');
  });

  it('note what is worth it, for this user', async () => {
    const { remember, store } = tools();
    expect(await store({ text: 'I like tea.' })).toEqual({ stored: true });
    expect(remember).toHaveBeenCalledWith({ role: 'user', text: 'I like tea.', session: 's1' });
    await expect(store({ text: ' ' })).rejects.toMatchObject({ name: 'ToolError' });
  });
});
