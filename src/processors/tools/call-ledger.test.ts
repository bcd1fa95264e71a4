import { describe, expect, it } from 'vitest';
import {
  FunctionCallCancelFrame,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  LLMContext,
} from '../../pipeline/index.js';
import { CallLedger } from './call-ledger.js';

const started = { functionName: 'f', toolCallId: '1', args: {} };
const inProgress = (id: string, cancelOnInterruption = true) =>
  new FunctionCallInProgressFrame('f', id, { a: 1 }, cancelOnInterruption, 'group');
const result = (id: string, value: unknown, properties = {}) =>
  new FunctionCallResultFrame('f', id, {}, value, { properties });
const ledger = () => {
  const context = new LLMContext();
  return {
    context,
    calls: new CallLedger(context),
    contents: () => context.messages.map(({ content }) => content),
  };
};

describe('CallLedger', () => {
  it('settles a call whose end was told before its beginning', () => {
    const { calls, contents } = ledger();
    calls.started([started]);
    expect(calls.cancelled(new FunctionCallCancelFrame('f', '1', true))).toBe(false);
    calls.inProgress(inProgress('1'));
    expect(contents()).toEqual(['', 'CANCELLED']);
    expect(calls.open).toBe(0);
  });

  it('lets a result say whether the model shall go on', () => {
    const { calls } = ledger();
    for (const id of ['1', '2', '3']) calls.inProgress(inProgress(id));
    expect(calls.result(result('1', 'x', { runLlm: true }))).toBe(true);
    expect(calls.result(result('2', 'x'))).toBe(false);
    expect(calls.result(result('3', 'x', { runLlm: false }))).toBe(false);
    expect(calls.open).toBe(0);
  });

  it('takes nothing but "nothing" for no result', () => {
    const { calls, contents } = ledger();
    for (const value of [0, '', false, [], null, undefined]) {
      calls.inProgress(inProgress('1'));
      expect(calls.result(result('1', value))).toBe(value !== null && value !== undefined);
    }
    expect(contents().filter((text) => text !== '')).toEqual([
      '0',
      '""',
      'false',
      '[]',
      'COMPLETED',
      'COMPLETED',
    ]);
  });

  it('tells of calls beside the conversation that they were given up', () => {
    const { calls, contents } = ledger();
    calls.inProgress(inProgress('1', false));
    expect(calls.cancelled(new FunctionCallCancelFrame('f', '1', true))).toBe(true);
    expect(contents().at(-1)).toContain('CANCELLED: this tool call was cancelled');
  });

  it('writes a late result behind a context that was replaced, and is not misled by what looks like its own', () => {
    const { context, calls, contents } = ledger();
    calls.inProgress(inProgress('1', false));
    context.replace([{ role: 'developer', content: '{"type":"async_tool" broken' }]);
    expect(calls.result(result('1', 'late'))).toBe(true);
    expect(contents().at(-1)).toContain('"finished"');
  });
});
