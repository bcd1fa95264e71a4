import { describe, expect, it } from 'vitest';
import { LLMContext } from '../llm-context.js';
import * as frames from './index.js';
import { ControlFrame, DataFrame, Frame, SystemFrame, type CoreFrame, type CoreFrameType } from './index.js';

const pcm = new Int16Array([1, 2, 3, 4]);
const image = new Uint8Array(3);
const processor = { name: 'p' };
const vad = { confidence: 0.7, startSecs: 0.2, stopSecs: 0.2, minVolume: 0.6 };
const context = new LLMContext();

/** What the constructors of frames with required arguments are given; all others are made without. */
const args: Partial<Record<CoreFrameType, readonly unknown[]>> = {
  ErrorFrame: ['e'],
  FatalErrorFrame: ['e'],
  FrameProcessorPauseUrgentFrame: [processor],
  FrameProcessorResumeUrgentFrame: [processor],
  FrameProcessorResumeFrame: [processor],
  FrameProcessorPauseFrame: [processor],
  MetricsFrame: [[]],
  InputAudioRawFrame: [pcm, 16_000],
  UserAudioRawFrame: [pcm, 16_000],
  OutputAudioRawFrame: [pcm, 16_000],
  TTSAudioRawFrame: [pcm, 16_000],
  SpeechOutputAudioRawFrame: [pcm, 16_000],
  InputImageRawFrame: [image, [1, 1]],
  UserImageRawFrame: [image, [1, 1]],
  VADParamsUpdateFrame: [vad],
  LLMContextFrame: [context],
};

/** Frames that an interruption neither drops nor stops, as in Pipecat 1.14. */
const uninterruptible = [
  'EndFrame',
  'StopFrame',
  'EndWorkerFrame',
  'StopWorkerFrame',
  'PipelineFlushFrame',
  'LLMContextSummaryResultFrame',
  'FunctionCallInProgressFrame',
  'FunctionCallResultFrame',
  'ServiceUpdateSettingsFrame',
  'LLMUpdateSettingsFrame',
  'TTSUpdateSettingsFrame',
  'STTUpdateSettingsFrame',
  'AudioBufferStartRecordingFrame',
  'AudioBufferStopRecordingFrame',
  'VolumeFrame',
  'VolumeGainFrame',
  'BotBackchannelFrame',
];

type AnyFrameClass = new (...given: unknown[]) => CoreFrame;
const classes = frames as unknown as Readonly<Record<string, AnyFrameClass | undefined>>;

function make(type: string): CoreFrame {
  const FrameClass = classes[type];
  if (!FrameClass) throw new Error(`${type} is not exported.`);
  return new FrameClass(...(args[type as CoreFrameType] ?? []));
}

const families = { system: SystemFrame, data: DataFrame, control: ControlFrame };

describe('core frames', () => {
  it.each(Object.entries(frames.coreFrameTypes))('%s is a %s frame of that type', (type, family) => {
    const frame = make(type);
    expect(frame.type).toBe(type);
    expect(frame.constructor.name).toBe(type);
    expect(frame.family).toBe(family);
    expect(frame).toBeInstanceOf(families[family]);
    expect(frame.interruptible).toBe(!uninterruptible.includes(type));
    expect(frames.isCoreFrame(frame)).toBe(true);
  });

  it('are all that the door exports besides the families and kinds', () => {
    const concrete = Object.entries(frames)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Frame)
      .map(([name]) => name);
    const abstract = [
      'SystemFrame',
      'DataFrame',
      'ControlFrame',
      'InputAudioFrame',
      'OutputAudioFrame',
      'OutputImageFrame',
      'TextDataFrame',
      'TranscriptFrame',
      'SettingsFrame',
    ];
    expect(concrete.sort()).toEqual([...Object.keys(frames.coreFrameTypes), ...abstract].sort());
  });

  it('allow a switch that the compiler knows to be exhaustive', () => {
    const spoken = (frame: CoreFrame): string => {
      switch (frame.type) {
        case 'TextFrame':
        case 'LLMTextFrame':
          return frame.text;
        default:
          return frame.family;
      }
    };
    expect(spoken(new frames.LLMTextFrame('hi'))).toBe('hi');
    expect(spoken(new frames.EndFrame())).toBe('control');
  });
});

describe('Frame', () => {
  it('counts ids over all classes and names per class', () => {
    class Mine extends DataFrame {
      readonly type = 'Mine';
    }
    const first = new Mine();
    const other = new frames.TextFrame('x');
    const second = new Mine();
    expect([other.id - first.id, second.id - other.id]).toEqual([1, 1]);
    expect([first.name, second.name, first.name]).toEqual(['Mine#0', 'Mine#1', 'Mine#0']);
    expect(String(second)).toBe('Mine#1');
    expect(frames.isCoreFrame(first)).toBe(false);
  });

  it('does not take a type for a core frame that merely names a member of objects', () => {
    class Odd extends DataFrame {
      readonly type = 'toString';
    }
    expect(frames.isCoreFrame(new Odd())).toBe(false);
  });

  it('keeps notes of its own, not shared with others', () => {
    const frame = new frames.TextFrame('x');
    frame.metadata['seen'] = true;
    expect(frame.metadata).toEqual({ seen: true });
    expect(new frames.TextFrame('y').metadata).toEqual({});
  });

  it('has Pipecat’s defaults', () => {
    expect(new frames.TextFrame('x')).toMatchObject({
      pts: null,
      broadcastSiblingId: null,
      transportSource: null,
      transportDestination: null,
      skipTts: null,
      includesInterFrameSpaces: false,
      appendToContext: true,
    });
    expect(new frames.LLMTextFrame('x').includesInterFrameSpaces).toBe(true);
    expect(new frames.StartFrame()).toMatchObject({
      audioInSampleRateHz: 16_000,
      audioOutSampleRateHz: 24_000,
      enableMetrics: false,
    });
    expect(new frames.TTSSpeakFrame('x')).toMatchObject({ appendToContext: true, textType: 'sentence' });
    expect(new frames.TranscriptionFrame('x', 'u', 't').finalized).toBe(false);
  });

  it('counts samples per channel', () => {
    expect(new frames.OutputAudioRawFrame(pcm, 16_000).numFrames).toBe(4);
    expect(new frames.InputAudioRawFrame(pcm, 16_000, 2).numFrames).toBe(2);
  });

  it('tells kinds of text apart and finds them all by their common class', () => {
    const llm = new frames.LLMTextFrame('x');
    expect(llm).not.toBeInstanceOf(frames.TextFrame);
    expect(llm).toBeInstanceOf(frames.TextDataFrame);
    expect(new frames.InterimTranscriptionFrame('x', 'u', 't')).toBeInstanceOf(frames.TranscriptFrame);
  });
});
