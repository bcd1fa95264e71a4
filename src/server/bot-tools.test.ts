import { expect, it } from 'vitest';
import type { LanguageModel } from '../engines/interfaces.js';
import type { UserMemory } from '../memory/memory.js';
import { FakeLanguageModel } from '../testing/fake-language-model.js';
import { botTools } from './bot-tools.js';

const memory = {} as UserMemory;
const able = new FakeLanguageModel({ answer: () => '' });
const small = {
  generateWithTools: able.generateWithTools.bind(able),
  usesToolsWell: false,
} as unknown as LanguageModel;
const unable = { usesToolsWell: true } as unknown as LanguageModel;

it.each([
  ['auto', able, 3],
  ['auto', small, 0],
  ['on', small, 3],
  ['on', unable, 0],
  ['auto', unable, 0],
  ['off', able, 0],
] as const)('with tools %s, a model has as many as it can use', (tools, llm, count) => {
  expect(botTools({ config: { tools }, llm, memory, sessionId: 's' })).toHaveLength(count);
});

it('needs no memory', () => {
  const [only, ...others] = botTools({ config: { tools: 'on' }, llm: able, sessionId: 's' });
  expect([only?.name, others]).toEqual(['current_time', []]);
});
