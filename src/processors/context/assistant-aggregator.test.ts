import { describe, expect, it } from 'vitest';
import {
  AggregatedTextFrame,
  CancelFrame,
  EndFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextAssistantTurnFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  TTSTextFrame,
  noteHeard,
  type Frame,
  type HeardClause,
} from '../../pipeline/index.js';
import { SleepFrame, runTest } from '../../testing/run-test.js';
import { LLMAssistantAggregator } from './assistant-aggregator.js';

const spoken = (text: string) => new TTSTextFrame(text, 'sentence');

const clause = (text: string, more: Partial<HeardClause> = {}): HeardClause => ({
  frameId: null,
  passedOn: false,
  appendToContext: true,
  text,
  ...more,
});

function cutAt<T extends Frame>(frame: T, ...clauses: HeardClause[]): T {
  noteHeard(frame, { by: 'acknowledged', clauses });
  return frame;
}

async function listen(framesToSend: readonly Frame[], interruptionMark?: string) {
  const context = new LLMContext();
  const told: [string, boolean][] = [];
  const onTurn = (text: string, interrupted: boolean) => void told.push([text, interrupted]);
  const { down, up } = await runTest(
    new LLMAssistantAggregator({
      context,
      onTurn,
      ...(interruptionMark === undefined ? {} : { interruptionMark }),
    }),
    { framesToSend },
  );
  const turns = [down, up].map(
    (frames) => frames.filter((frame) => frame instanceof LLMContextAssistantTurnFrame).length,
  );
  const heard = down.flatMap((frame) =>
    frame instanceof LLMContextAssistantTurnFrame ? [frame.metadata['heard']] : [],
  );
  return { messages: context.messages, turns, told, heard };
}

describe('LLMAssistantAggregator', () => {
  it('writes a whole answer as one message and tells both ways', async () => {
    const { messages, turns } = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One two three.'),
      spoken('Four five six.'),
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'One two three. Four five six.' }]);
    expect(turns).toEqual([1, 1]);
  });

  it('writes what was answered in silence, once, and no announcement of what is spoken', async () => {
    const silent = new AggregatedTextFrame('Read this.', 'sentence');
    silent.skipTts = true;
    const { messages } = await listen([
      new AggregatedTextFrame('Heard.', 'sentence', { willBeSpoken: true }),
      spoken('Heard.'),
      silent,
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'Heard. Read this.' }]);
  });

  it('commits what was spoken when interrupted', async () => {
    const { messages } = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One two three.'),
      new SleepFrame(),
      new InterruptionFrame(),
      new SleepFrame(),
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'One two three.' }]);
  });

  it('writes nothing for an answer that was never heard, nor for text that is not for the context', async () => {
    const aside = spoken('aside');
    aside.appendToContext = false;
    const { messages, turns } = await listen([
      new LLMFullResponseStartFrame(),
      aside,
      new LLMFullResponseEndFrame(),
    ]);
    expect(messages).toEqual([]);
    expect(turns).toEqual([0, 0]);
  });

  it('keeps what was said when the session ends in the middle', async () => {
    const { messages } = await listen([new LLMFullResponseStartFrame(), spoken('Bye.'), new EndFrame()]);
    expect(messages).toEqual([{ role: 'assistant', content: 'Bye.' }]);
  });

  it('tells of each turn whether it was cut short, also when the session is cancelled', async () => {
    const whole = await listen([
      new LLMFullResponseStartFrame(),
      spoken('Hello.'),
      new LLMFullResponseEndFrame(),
    ]);
    expect(whole.told).toEqual([['Hello.', false]]);
    const cut = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One.'),
      new SleepFrame(),
      new CancelFrame(),
    ]);
    expect(cut.told).toEqual([['One.', true]]);
  });

  it('adds the words that were heard of the clause that was cut, and tells the model', async () => {
    const { messages, told, heard } = await listen([
      new LLMFullResponseStartFrame(),
      spoken('One two three.'),
      new SleepFrame(),
      cutAt(new InterruptionFrame(), clause('Four five'), clause('')),
    ]);
    expect(messages).toEqual([{ role: 'assistant', content: 'One two three. Four five—' }]);
    // Memory has the words alone: it knows of the interruption.
    expect(told).toEqual([['One two three. Four five', true]]);
    expect(heard).toEqual(['acknowledged']);
  });

  it('marks an answer that was cut between sentences, or not, as asked', async () => {
    const frames = () => [spoken('One.'), new SleepFrame(), cutAt(new InterruptionFrame())];
    expect((await listen(frames())).messages).toMatchObject([{ content: 'One. —' }]);
    expect((await listen(frames(), '')).messages).toMatchObject([{ content: 'One.' }]);
  });

  it('takes back words that were passed on and not heard, unless they are written', async () => {
    const [first, second] = [spoken('One two.'), spoken('Three four.')];
    const back = (frame: Frame, text: string) => clause(text, { frameId: frame.id, passedOn: true });
    const cut = await listen([
      first,
      second,
      new SleepFrame(),
      cutAt(new InterruptionFrame(), back(first, 'One'), back(second, '')),
    ]);
    expect(cut.messages).toMatchObject([{ content: 'One—' }]);
    const written = await listen([
      first,
      new LLMFullResponseEndFrame(),
      new SleepFrame(),
      cutAt(new InterruptionFrame(), back(first, 'One')),
    ]);
    expect(written.messages).toMatchObject([{ content: 'One two.' }]);
  });

  it('writes no words that are not for the context, and nothing where nothing was heard', async () => {
    const { messages } = await listen([
      cutAt(new InterruptionFrame(), clause('', {}), clause('aside', { appendToContext: false })),
    ]);
    expect(messages).toEqual([]);
  });

  it('has the words that were heard when the session is cut', () => {
    const told: string[] = [];
    const context = new LLMContext();
    const aggregator = new LLMAssistantAggregator({ context, onTurn: (text) => void told.push(text) });
    aggregator.processFrame(spoken('One.'), 'downstream');
    aggregator.processFrame(cutAt(new CancelFrame(), clause('Two')), 'downstream');
    expect(told).toEqual(['One. Two']);
  });
});
