import { describe, expect, it } from 'vitest';
import {
  AggregatedTextFrame,
  AggregatedTextProgressFrame,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  ExternalFunctionCallResultFrame,
  ExternalFunctionCallsStartedFrame,
  FatalErrorFrame,
  FunctionCallCancelFrame,
  FunctionCallInProgressFrame,
  FunctionCallResultFrame,
  FunctionCallsStartedFrame,
  InputAudioRawFrame,
  InterimTranscriptionFrame,
  InterruptionFrame,
  LLMContext,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMMarkerResponseFrame,
  LLMTextFrame,
  MetricsFrame,
  TTSAudioRawFrame,
  TTSStartedFrame,
  TTSStoppedFrame,
  TTSTextFrame,
  TranscriptionFrame,
  UserBackchannelFrame,
  UserMuteStartedFrame,
  UserMuteStoppedFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
  type FramePushed,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import type { RtviMessage } from './messages.js';
import type { FunctionCallReportLevel, RTVIObserverParams } from './observer-params.js';
import {
  RTVIClientMessageFrame,
  RTVIConfigureObserverFrame,
  RTVISendTextFrame,
  RTVIServerMessageFrame,
  RTVIServerResponseFrame,
  RTVIUICommandFrame,
  RTVIUIJobGroupFrame,
} from './rtvi-frames.js';
import { RTVIObserver } from './rtvi-observer.js';
import type { RtviVersion } from './version.js';

const output = { name: 'output' };
const other = { name: 'other' };

function watch(params: Partial<RTVIObserverParams> = {}, clientVersion: RtviVersion = [2, 2, 0]) {
  const messages: RtviMessage[] = [];
  const observer = new RTVIObserver({
    send: (message) => messages.push(message),
    output,
    params,
    clientVersion: () => clientVersion,
    ignoredSources: [{ name: 'never' }, ignored],
  });
  const push = (frame: Frame, how: Partial<Omit<FramePushed, 'frame'>> = {}) => {
    const first = {
      source: other,
      destination: other,
      direction: 'downstream',
      timestampNs: 0n,
      firstPush: true,
    } as const;
    observer.onPushFrame({ ...first, ...how, frame });
  };
  const played = (frame: Frame) => push(frame, { source: output, firstPush: false });
  const types = () => messages.map(({ type }) => type);
  const data = (type: string) =>
    messages.filter((message) => message.type === type).map((message) => message.data);
  return { push, played, messages, types, data };
}
const ignored = { name: 'ignored' };

describe('what a frame is told by', () => {
  const at = '2026-01-01T00:00:00.000+00:00';
  const heard = { text: 'Hello.', user_id: 'me', timestamp: at };
  const context = (role: 'user' | 'assistant') =>
    new LLMContextFrame(new LLMContext([{ role, content: 'Hello.' }]));
  const asked = new RTVIClientMessageFrame('7', 'weather', { city: 'Ulm' });

  it.each<[string, Frame, unknown[]]>([
    ['turn start', new UserStartedSpeakingFrame(), [['user-started-speaking']]],
    ['turn end', new UserStoppedSpeakingFrame(), [['user-stopped-speaking']]],
    ['voice start, off by default', new VADUserStartedSpeakingFrame(0.2, 0), []],
    ['voice end, off by default', new VADUserStoppedSpeakingFrame(0.2, 0), []],
    ['mute', new UserMuteStartedFrame(), [['user-mute-started']]],
    ['mute over', new UserMuteStoppedFrame(), [['user-mute-stopped']]],
    ['interruption', new InterruptionFrame(), [['bot-interrupted']]],
    [
      'transcript',
      new TranscriptionFrame('Hello.', 'me', at),
      [
        ['user-input', { ...heard, input_type: 'transcription', final: true }],
        ['user-transcription', { ...heard, final: true }],
      ],
    ],
    [
      'transcript in the making',
      new InterimTranscriptionFrame('Hello.', 'me', at),
      [
        ['user-input', { ...heard, input_type: 'transcription', final: false }],
        ['user-transcription', { ...heard, final: false }],
      ],
    ],
    [
      'backchannel of the user',
      new UserBackchannelFrame('Hello.', 'me', at),
      [['user-input', { ...heard, input_type: 'backchannel', final: true }]],
    ],
    [
      'typed text',
      new RTVISendTextFrame('9', 'Hello.', at),
      [['user-input', { text: 'Hello.', input_type: 'chat', timestamp: at, final: true, msg_id: '9' }]],
    ],
    ['a question to the model', context('user'), [['user-llm-text', { text: 'Hello.' }]]],
    ['a context that ends with an answer', context('assistant'), []],
    ['answer begins', new LLMFullResponseStartFrame(), [['bot-llm-started']]],
    ['answer ends', new LLMFullResponseEndFrame(), [['bot-llm-stopped']]],
    ['token', new LLMTextFrame(' tok'), [['bot-llm-text', { text: ' tok' }]]],
    ['marker, off by default', new LLMMarkerResponseFrame('● a', '●', 'complete', ['●']), []],
    ['synthesis begins', new TTSStartedFrame('c'), [['bot-tts-started']]],
    ['synthesis ends', new TTSStoppedFrame('c'), [['bot-tts-stopped']]],
    ['voice begins', new BotStartedSpeakingFrame(), [['bot-started-speaking']]],
    ['voice ends', new BotStoppedSpeakingFrame(), [['bot-stopped-speaking']]],
    ['measurements', new MetricsFrame([]), [['metrics', {}]]],
    [
      'error',
      new ErrorFrame('It broke: token=abc'),
      [
        [
          'error',
          { error: 'It broke: token=[REDACTED]', message: 'It broke: token=[REDACTED]', fatal: false },
        ],
      ],
    ],
    [
      'fatal error',
      new FatalErrorFrame('It broke.'),
      [['error', { error: 'It broke.', message: 'It broke.', fatal: true }]],
    ],
    ['message of the application', new RTVIServerMessageFrame([1]), [['server-message', [1]]]],
    [
      'answer of the application',
      new RTVIServerResponseFrame(asked, 5),
      [['server-response', { t: 'weather', d: 5 }, '7']],
    ],
    [
      'refusal of the application',
      new RTVIServerResponseFrame(asked, null, 'No.'),
      [['error-response', { error: 'No.' }, '7']],
    ],
    [
      'command to the screen',
      new RTVIUICommandFrame('toast', { title: 'x' }),
      [['ui-command', { command: 'toast', payload: { title: 'x' } }]],
    ],
    [
      'jobs',
      new RTVIUIJobGroupFrame({ kind: 'group_completed', job_id: 'j' }),
      [['ui-job-group', { kind: 'group_completed', job_id: 'j' }]],
    ],
    ['audio', new InputAudioRawFrame(new Int16Array(10), 16_000), []],
  ])('%s', (_what, frame, wanted) => {
    const { push, messages } = watch();
    push(frame);
    const seen = messages.map(({ type, data, id }) =>
      [type, data, id].filter((value) => value !== undefined),
    );
    expect(seen).toEqual(wanted);
  });

  it('tells what was recalled', () => {
    const { push, data } = watch();
    push(new MemoryRecalledFrame([{ turnId: 1, role: 'user', text: 'a', atMs: 0, score: 2 }], 3, false));
    expect(data('server-message')).toEqual([
      {
        type: 'slowcat-recall',
        items: [{ text: 'a', role: 'user', score: 2, at: '1970-01-01T00:00:00.000Z' }],
        ms: 3,
        late: false,
      },
    ]);
  });
});

describe('which pushes count', () => {
  it('tells a turn once, however far its frames travel', () => {
    const { push, types } = watch();
    const frame = new UserStartedSpeakingFrame();
    push(frame);
    push(frame, { firstPush: false });
    const twin = new UserStartedSpeakingFrame();
    twin.broadcastSiblingId = frame.id;
    push(twin, { direction: 'upstream' });
    expect(types()).toEqual(['user-started-speaking']);
  });

  it('tells the question once, not again with its memory', () => {
    const { push, types } = watch();
    const context = new LLMContext([{ role: 'user', content: 'hi' }]);
    push(new LLMContextFrame(context));
    const enriched = new LLMContextFrame(context);
    enriched.metadata['memory'] = true;
    push(enriched);
    expect(types()).toEqual(['user-llm-text']);
  });

  it('passes over the frames of an ignored processor', () => {
    const { push, types } = watch();
    push(new LLMTextFrame('a'), { source: ignored });
    push(new LLMTextFrame('b'));
    expect(types()).toEqual(['bot-llm-text']);
  });
});

describe('what the bot says', () => {
  const announce = (text: string) => new AggregatedTextFrame(text, 'sentence', { willBeSpoken: true });
  const spoken = (text: string) => new TTSTextFrame(text, 'sentence', { willBeSpoken: true });

  it('holds an announcement until the bot speaks, and completes it with the same segment id', () => {
    const { push, played, types, data } = watch();
    const announced = announce('One two.');
    push(announced);
    played(announced);
    expect(types()).toEqual([]);
    push(new BotStartedSpeakingFrame());
    played(spoken('One two.'));
    expect(types()).toEqual(['bot-started-speaking', 'bot-output', 'bot-output', 'bot-tts-text']);
    const common = {
      text: 'One two.',
      output_type: 'sentence',
      text_type: 'sentence',
      aggregated_by: 'sentence',
      segment_id: announced.id,
      will_be_spoken: true,
    };
    expect(data('bot-output')).toEqual([
      {
        ...common,
        spoken: false,
        spoken_status: 'new',
        spoken_progress: { accumulated_text: '', remaining_text: 'One two.' },
      },
      {
        ...common,
        spoken: true,
        spoken_status: 'completed',
        spoken_progress: { accumulated_text: 'One two.', remaining_text: '' },
      },
    ]);
    expect(data('bot-tts-text')).toEqual([{ text: 'One two.' }]);
  });

  it('keeps the ids apart when a sentence could not be spoken, and when two are alike', () => {
    const { push, played, data } = watch();
    push(new BotStartedSpeakingFrame());
    const [first, silent, alike] = [announce('Yes.'), announce('***'), announce('Yes.')];
    for (const frame of [first, silent, alike]) played(frame);
    played(spoken('Yes.'));
    played(spoken('Yes.'));
    const ids = data('bot-output').map((output) => (output as { segment_id: number }).segment_id);
    expect(ids).toEqual([first.id, silent.id, alike.id, first.id, alike.id]);
  });

  it('drops announcements that an interruption made void', () => {
    const { push, played, types } = watch();
    played(announce('One.'));
    push(new InterruptionFrame());
    push(new BotStartedSpeakingFrame());
    push(new BotStoppedSpeakingFrame());
    expect(types()).toEqual(['bot-interrupted', 'bot-started-speaking', 'bot-stopped-speaking']);
  });

  it('tells text that is not spoken at once, with one message', () => {
    const { played, data } = watch();
    const text = new AggregatedTextFrame('Quietly.', 'sentence');
    text.skipTts = true;
    played(text);
    expect(data('bot-output')).toEqual([
      expect.objectContaining({ text: 'Quietly.', will_be_spoken: false, spoken_status: 'new' }),
    ]);
    expect(data('bot-output')[0]).not.toHaveProperty('spoken_progress');
  });

  it('tells words as progress to clients of version 2, as pieces to those of version 1', () => {
    const word = () => new TTSTextFrame('One', 'word', { willBeSpoken: true });
    const progress = () => new AggregatedTextProgressFrame(5, null, 'One two.', 'sentence', 'One', ' two.');
    const tell = (version: RtviVersion) => {
      const { push, played, messages } = watch({}, version);
      push(new BotStartedSpeakingFrame());
      played(progress());
      played(word());
      return messages.slice(1);
    };
    expect(tell([2, 1, 0])).toMatchObject([
      {
        type: 'bot-output',
        data: {
          segment_id: 5,
          spoken_status: 'in-progress',
          spoken_progress: { accumulated_text: 'One', remaining_text: ' two.' },
        },
      },
      { type: 'bot-tts-text', data: { text: 'One' } },
    ]);
    expect(tell([1, 2, 0])).toMatchObject([
      { type: 'bot-output', data: { text: 'One', spoken: true, aggregated_by: 'word' } },
      { type: 'bot-tts-text', data: { text: 'One' } },
    ]);
  });

  it('tells backchannels to clients that know them, and no type that is skipped', () => {
    const tell = (version: RtviVersion, params: Partial<RTVIObserverParams> = {}) => {
      const { push, played, types } = watch(params, version);
      push(new BotStartedSpeakingFrame());
      played(new TTSTextFrame('mm-hmm', 'backchannel', { willBeSpoken: true }));
      return types().slice(1);
    };
    expect(tell([2, 2, 0])).toEqual(['bot-output', 'bot-tts-text']);
    expect(tell([2, 1, 0])).toEqual([]);
    expect(tell([2, 2, 0], { skipTextTypes: ['backchannel'] })).toEqual([]);
  });

  it('tells sentences of the model, and the rest before the answer is over', () => {
    const { push, messages } = watch();
    for (const text of ['One', '.', ' Two']) push(new LLMTextFrame(text));
    push(new LLMFullResponseEndFrame());
    const told = messages.filter(({ type }) => type !== 'bot-llm-text');
    expect(told.map(({ type, data }) => [type, (data as { text: string } | undefined)?.text])).toEqual([
      ['bot-transcription', 'One.'],
      ['bot-transcription', ' Two'],
      ['bot-llm-stopped', undefined],
    ]);
  });
});

describe('what can be switched', () => {
  it('sends raw texts to clients that know them', () => {
    const params = { sttRawTextEnabled: true, llmRawTextEnabled: true, ttsRawTextEnabled: true };
    const tell = (version: RtviVersion) => {
      const { push, played, types } = watch(params, version);
      push(new TranscriptionFrame('a', 'u', 't'));
      push(new LLMTextFrame('b'));
      push(new BotStartedSpeakingFrame());
      played(new TTSTextFrame('c', 'sentence', { willBeSpoken: true }));
      return types().filter((type) => type.includes('raw'));
    };
    expect(tell([2, 2, 0])).toEqual(['stt-raw-text', 'llm-raw-text', 'tts-raw-text']);
    expect(tell([2, 1, 0])).toEqual([]);
    expect(tell([0, 0, 0])).toEqual([]);
  });

  it('is changed by a frame while it runs, and only by that', () => {
    const { push, types } = watch();
    push(new RTVIConfigureObserverFrame({ vadUserSpeakingEnabled: true, botLlmMarkerEnabled: true }));
    push(new VADUserStartedSpeakingFrame(0.2, 0));
    push(new VADUserStoppedSpeakingFrame(0.2, 0));
    push(new LLMMarkerResponseFrame('● a', '●', 'complete', ['●', '○']));
    expect(types()).toEqual(['vad-user-started-speaking', 'vad-user-stopped-speaking', 'bot-llm-marker']);
  });

  it('can be switched off', () => {
    const all = {
      botOutputEnabled: false,
      botLlmEnabled: false,
      botTtsEnabled: false,
      botSpeakingEnabled: false,
      userLlmEnabled: false,
      userSpeakingEnabled: false,
      userMuteEnabled: false,
      userTranscriptionEnabled: false,
      userInputEnabled: false,
      metricsEnabled: false,
    };
    const { push, played, types } = watch(all);
    for (const frame of [
      new UserStartedSpeakingFrame(),
      new UserMuteStartedFrame(),
      new InterruptionFrame(),
      new TranscriptionFrame('a', 'u', 't'),
      new LLMContextFrame(new LLMContext([{ role: 'user', content: 'a' }])),
      new LLMFullResponseStartFrame(),
      new LLMTextFrame('a.'),
      new LLMFullResponseEndFrame(),
      new TTSStartedFrame('c'),
      new BotStartedSpeakingFrame(),
      new MetricsFrame([]),
    ]) {
      push(frame);
    }
    played(new TTSTextFrame('a', 'sentence', { willBeSpoken: true }));
    expect(types()).toEqual([]);
  });

  it('tells levels of loudness, a few a second', () => {
    const { push, data } = watch({ userAudioLevelEnabled: true, botAudioLevelEnabled: true });
    const tone = Int16Array.from({ length: 1600 }, (_, i) => 8000 * Math.sin(i / 3));
    for (let ms = 0; ms < 1000; ms += 100) {
      const how = { timestampNs: BigInt(ms * 1e6) };
      push(new InputAudioRawFrame(tone, 16_000), how);
      push(new TTSAudioRawFrame(new Int16Array(2400), 24_000), how);
    }
    const user = data('user-audio-level').map((level) => (level as { value: number }).value);
    expect(user.length).toBe(5);
    expect(user[0]).toBe(0);
    expect(user.at(-1)).toBeGreaterThan(0.5);
    expect(data('bot-audio-level').at(-1)).toEqual({ value: 0 });
  });
});

describe('function calls', () => {
  const tell = (level: FunctionCallReportLevel, ...frames: Frame[]) => {
    const { push, messages } = watch({
      functionCallReportLevel: { '*': 'none', secret: 'disabled', f: level },
    });
    for (const frame of frames) push(frame);
    return messages.map(({ type, data }) => [type.replace('llm-function-call-', ''), data]);
  };
  const call = () => [
    new FunctionCallsStartedFrame([{ functionName: 'f', toolCallId: 'c', args: { a: 1 } }]),
    new FunctionCallInProgressFrame('f', 'c', { a: 1 }),
    new FunctionCallResultFrame('f', 'c', { a: 1 }, 'half', { properties: { isFinal: false } }),
    new FunctionCallResultFrame('f', 'c', { a: 1 }, { b: 2 }),
  ];

  it.each<[FunctionCallReportLevel, unknown[]]>([
    ['disabled', []],
    [
      'none',
      [
        ['started', {}],
        ['in-progress', { tool_call_id: 'c' }],
        ['stopped', { tool_call_id: 'c', cancelled: false }],
      ],
    ],
    [
      'name',
      [
        ['started', { function_name: 'f' }],
        ['in-progress', { tool_call_id: 'c', function_name: 'f' }],
        ['stopped', { tool_call_id: 'c', cancelled: false, function_name: 'f' }],
      ],
    ],
    [
      'arguments',
      [
        ['started', { function_name: 'f' }],
        ['in-progress', { tool_call_id: 'c', function_name: 'f', arguments: { a: 1 } }],
        ['stopped', { tool_call_id: 'c', cancelled: false, function_name: 'f' }],
      ],
    ],
    [
      'full',
      [
        ['started', { function_name: 'f' }],
        ['in-progress', { tool_call_id: 'c', function_name: 'f', arguments: { a: 1 } }],
        ['stopped', { tool_call_id: 'c', cancelled: false, function_name: 'f', result: { b: 2 } }],
      ],
    ],
  ])('at level %s', (level, wanted) => {
    expect(tell(level, ...call())).toEqual(wanted);
  });

  it('tells calls that are given up, calls made elsewhere, and nothing of a function that is kept secret', () => {
    expect(
      tell(
        'full',
        new FunctionCallCancelFrame('f', 'c'),
        new ExternalFunctionCallsStartedFrame([{ functionName: 'other', toolCallId: 'd' }]),
        new ExternalFunctionCallResultFrame('f', 'd', {}, 'ok'),
        new FunctionCallInProgressFrame('secret', 'e', {}),
      ),
    ).toEqual([
      ['stopped', { tool_call_id: 'c', cancelled: true, function_name: 'f' }],
      ['started', {}],
      ['stopped', { tool_call_id: 'd', cancelled: false, function_name: 'f', result: 'ok' }],
    ]);
  });
});
