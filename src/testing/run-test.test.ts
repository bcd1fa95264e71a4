import { describe, expect, it } from 'vitest';
import { FrameProcessor } from '../pipeline/frame-processor.js';
import { TextFrame, UserSpeakingFrame, type Frame, type FrameDirection } from '../pipeline/frames/index.js';
import { runTest } from './run-test.js';

class Passes extends FrameProcessor {}
class Swallows extends FrameProcessor {
  override processFrame(frame: Frame, direction: FrameDirection): void {
    if (frame.type === 'StartFrame') this.pushFrame(frame, direction);
  }
}

describe('runTest', () => {
  it('gives what came out', async () => {
    const frame = new TextFrame('a');
    expect(await runTest(new Passes(), { framesToSend: [frame], expectedDown: [TextFrame] })).toEqual({
      down: [frame],
      up: [],
    });
  });

  it.each([
    {
      what: 'too few',
      expectedDown: [TextFrame, TextFrame],
      message: /TextFrame, TextFrame. Came: TextFrame\./,
    },
    { what: 'too many', expectedDown: [], message: /Expected downstream: nothing. Came: TextFrame/ },
    {
      what: 'another class',
      expectedDown: [UserSpeakingFrame],
      message: /UserSpeakingFrame. Came: TextFrame/,
    },
  ])('fails when frames are not as expected: $what', async ({ expectedDown, message }) => {
    const run = runTest(new Passes(), { framesToSend: [new TextFrame('a')], expectedDown });
    await expect(run).rejects.toThrow(message);
  });

  it('fails when frames upstream are not as expected', async () => {
    const run = runTest(new Passes(), { framesToSend: [], expectedUp: [TextFrame] });
    await expect(run).rejects.toThrow(/Expected upstream: TextFrame. Came: nothing/);
  });

  it('fails when the EndFrame does not come through', async () => {
    const run = runTest(new Swallows({ name: 'swallows' }), { framesToSend: [], limitMs: 100 });
    await expect(run).rejects.toThrow(/swallows does not pass the EndFrame on within 100 ms/);
  });

  it('can do without an EndFrame', async () => {
    const options = { framesToSend: [new TextFrame('a')], expectedDown: [], sendEndFrame: false };
    await runTest(new Swallows(), options);
  });
});
