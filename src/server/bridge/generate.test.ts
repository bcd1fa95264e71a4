import { describe, expect, it } from 'vitest';

import type { ChatMessage } from '../../engines/interfaces.js';
import { FakeLanguageModel } from '../../testing/index.js';
import { BridgeClient } from './bridge-client.test-helper.js';

/** Lets promises and slices of work run. No time passes on the virtual clock. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('language models at the bridge', () => {
  it("ask for the program's functions, and answer with what they gave", async () => {
    const asked: { readonly messages: readonly ChatMessage[]; readonly toolChoice: unknown }[] = [];
    const llm = new FakeLanguageModel({
      answer: (messages, options) => {
        asked.push({ messages, toolChoice: options?.toolChoice });
        const result = messages.find(({ role }) => role === 'tool')?.content;
        if (result !== undefined) return `It is ${result}.`;
        const names = options?.tools.map(({ name }) => name) ?? [];
        return { text: 'Wait.', toolCalls: names.map((name) => ({ name, arguments: { city: 'Ulm' } })) };
      },
    });
    const client = BridgeClient.greeted({ llm });
    const tools = [{ name: 'weather', description: 'Of a city.', parameters: { type: 'object' } }];
    const user = { role: 'user', content: 'Is it warm?' };
    client.say({ type: 'llm.generate', id: 1, messages: [user], tools, toolChoice: { name: 'weather' } });
    await settle();
    const call = { name: 'weather', arguments: '{"city":"Ulm"}' };
    expect(client.told).toMatchObject([
      { type: 'piece', id: 1, text: 'Wait.' },
      { type: 'call', id: 1, callId: 'call-1', ...call },
      { type: 'result', id: 1, pieces: 1, calls: 1 },
    ]);
    const messages = [
      user,
      { role: 'assistant', content: 'Wait.', toolCalls: [{ id: 'call-1', ...call }] },
      { role: 'tool', content: 'warm', toolCallId: 'call-1' },
    ];
    client.say({ type: 'llm.generate', id: 2, messages, tools });
    await settle();
    expect(client.about(2)).toMatchObject([
      { type: 'piece', text: 'It' },
      { type: 'piece', text: ' is' },
      { type: 'piece', text: ' warm.' },
      { type: 'result', pieces: 3, calls: 0 },
    ]);
    expect(asked).toEqual([
      { messages: [user], toolChoice: { name: 'weather' } },
      { messages, toolChoice: undefined },
    ]);
  });

  it('that call no functions say so, and refuse them', async () => {
    const llm = new FakeLanguageModel({ answer: () => 'One.' });
    Object.defineProperty(llm, 'generateWithTools', { value: undefined });
    const client = new BridgeClient({ llm });
    client.say({ type: 'hello', version: 1 });
    const request = { type: 'llm.generate', messages: [{ role: 'user', content: 'x' }] };
    client.say({ ...request, id: 1, tools: [{ name: 'f', description: '', parameters: {} }] });
    client.say({ ...request, id: 2, tools: [] });
    await settle();
    expect(client.told[0]).toMatchObject({ offers: { llm: { tools: false } } });
    expect(client.about(1)).toMatchObject([{ type: 'error', code: 'SLOWCAT_BRIDGE_OFF' }]);
    expect(client.about(2).at(-1)).toMatchObject({ type: 'result', pieces: 1 });
  });
});
