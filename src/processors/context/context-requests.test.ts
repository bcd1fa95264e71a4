import { expect, it } from 'vitest';

import {
  LLMContext,
  LLMContextFrame,
  LLMMessagesAppendFrame,
  LLMMessagesTransformFrame,
  LLMMessagesUpdateFrame,
  LLMRunFrame,
  LLMSetToolsFrame,
  LLMTextFrame,
} from '../../pipeline/index.js';
import { isContextRequest, serveContextRequest } from './context-requests.js';

const hello = { role: 'user', content: 'Hello.' } as const;
const bye = { role: 'user', content: 'Bye.' } as const;

it('changes the context, and asks the model only when it is to run', () => {
  const context = new LLMContext([hello]);
  expect(serveContextRequest(new LLMMessagesAppendFrame([bye]), context)).toBeUndefined();
  expect(context.messages).toEqual([hello, bye]);
  expect(serveContextRequest(new LLMMessagesUpdateFrame([bye], true), context)).toBeInstanceOf(
    LLMContextFrame,
  );
  expect(context.messages).toEqual([bye]);
  const doubled = new LLMMessagesTransformFrame((messages) => [...messages, ...messages], true);
  expect(serveContextRequest(doubled, context)?.context).toBe(context);
  expect(context.messages).toEqual([bye, bye]);
  expect(serveContextRequest(new LLMSetToolsFrame([]), context)).toBeUndefined();
});

it('hands on that an answer may not be interrupted', () => {
  const request = new LLMRunFrame();
  expect(serveContextRequest(request, new LLMContext())?.interruptible).toBe(true);
  request.interruptible = false;
  expect(serveContextRequest(request, new LLMContext())?.interruptible).toBe(false);
});

it('knows other frames for none of these', () => {
  expect(isContextRequest(new LLMRunFrame())).toBe(true);
  expect(isContextRequest(new LLMTextFrame('Hello.'))).toBe(false);
});
