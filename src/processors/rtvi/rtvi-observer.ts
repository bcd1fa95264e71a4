import {
  AggregatedTextFrame,
  AggregatedTextProgressFrame,
  BaseObserver,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  FatalErrorFrame,
  InputAudioRawFrame,
  InterimTranscriptionFrame,
  InterruptionFrame,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMMarkerResponseFrame,
  LLMTextFrame,
  MetricsFrame,
  TTSAudioRawFrame,
  TTSTextFrame,
  TranscriptionFrame,
  UserBackchannelFrame,
  type CoreFrameType,
  type Frame,
  type FramePushed,
  type ProcessorRef,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import { BotOutputReports } from './bot-output.js';
import { functionCallMessages } from './function-call-messages.js';
import { errorMessage, errorResponse, rtviMessage, type RtviMessage } from './messages.js';
import { metricsMessage } from './metrics-message.js';
import { defaultRTVIObserverParams, type RTVIObserverParams } from './observer-params.js';
import {
  RTVIConfigureObserverFrame,
  RTVISendTextFrame,
  RTVIServerMessageFrame,
  RTVIServerResponseFrame,
  RTVIUICommandFrame,
  RTVIUIJobGroupFrame,
} from './rtvi-frames.js';
import { SentenceCollector } from './sentence-collector.js';
import { hasRawText, unknownVersion, type RtviVersion } from './version.js';
import { VolumeReports } from './volume-reports.js';

export interface RTVIObserverOptions {
  readonly send: (message: RtviMessage) => void;
  /** The output transport: what has passed it was played. */
  readonly output: ProcessorRef;
  /** What the client speaks; give the RTVIProcessor's. @defaultValue unknown: no raw texts, no backchannels */
  readonly clientVersion?: () => RtviVersion;
  /** Which messages are sent. @defaultValue `defaultRTVIObserverParams` */
  readonly params?: Partial<RTVIObserverParams>;
  /** Processors whose frames are not told, such as those of a second, silent branch. @defaultValue none */
  readonly ignoredSources?: readonly ProcessorRef[];
}

/** Messages that say no more than that a frame was there. */
const signals: Partial<
  Record<CoreFrameType | (string & {}), readonly [message: string, param: keyof RTVIObserverParams]>
> = {
  UserStartedSpeakingFrame: ['user-started-speaking', 'userSpeakingEnabled'],
  UserStoppedSpeakingFrame: ['user-stopped-speaking', 'userSpeakingEnabled'],
  VADUserStartedSpeakingFrame: ['vad-user-started-speaking', 'vadUserSpeakingEnabled'],
  VADUserStoppedSpeakingFrame: ['vad-user-stopped-speaking', 'vadUserSpeakingEnabled'],
  UserMuteStartedFrame: ['user-mute-started', 'userMuteEnabled'],
  UserMuteStoppedFrame: ['user-mute-stopped', 'userMuteEnabled'],
  LLMFullResponseStartFrame: ['bot-llm-started', 'botLlmEnabled'],
  TTSStartedFrame: ['bot-tts-started', 'botTtsEnabled'],
  TTSStoppedFrame: ['bot-tts-stopped', 'botTtsEnabled'],
};

/**
 * Tells an RTVI client what goes on, by watching the frames of its session.
 *
 * Most messages are sent when a frame is pushed for the first time. What was spoken is told when its text leaves the
 * output transport, behind its audio.
 */
export class RTVIObserver extends BaseObserver {
  readonly #send: (message: RtviMessage) => void;
  readonly #output: ProcessorRef;
  readonly #client: () => RtviVersion;
  readonly #ignored: ReadonlySet<ProcessorRef>;
  readonly #botOutput: BotOutputReports;
  readonly #botTranscription = new SentenceCollector();
  readonly #userVolume: VolumeReports;
  readonly #botVolume: VolumeReports;
  #params: RTVIObserverParams;

  constructor(options: RTVIObserverOptions) {
    super();
    const client = options.clientVersion ?? (() => unknownVersion);
    this.#send = options.send;
    this.#output = options.output;
    this.#client = client;
    this.#ignored = new Set(options.ignoredSources);
    this.#params = { ...defaultRTVIObserverParams, ...options.params };
    this.#botOutput = new BotOutputReports(options.send, () => this.#params, client);
    const { audioLevelPeriodMs } = this.#params;
    this.#userVolume = new VolumeReports('user-audio-level', audioLevelPeriodMs, options.send);
    this.#botVolume = new VolumeReports('bot-audio-level', audioLevelPeriodMs, options.send);
  }

  override onPushFrame({ frame, source, direction, firstPush, timestampNs }: FramePushed): void {
    const leavesOutput = source === this.#output && direction === 'downstream';
    if (!firstPush && !leavesOutput) return;
    if (this.#ignored.has(source)) return;
    // Of a broadcast, the copy that goes downstream speaks for both.
    if (direction === 'upstream' && frame.broadcastSiblingId !== null) return;
    if (leavesOutput) this.#onPlayed(frame);
    if (firstPush) this.#onFirst(frame, timestampNs);
  }

  #onPlayed(frame: Frame): void {
    if (frame instanceof AggregatedTextFrame || frame instanceof TTSTextFrame) this.#botOutput.onText(frame);
    else if (frame instanceof AggregatedTextProgressFrame) this.#botOutput.onProgress(frame);
  }

  #onFirst(frame: Frame, timestampNs: bigint): void {
    const signal = signals[frame.type];
    if (signal !== undefined) this.#tell(signal[1], signal[0]);
    else if (frame instanceof InputAudioRawFrame) {
      if (this.#params.userAudioLevelEnabled) this.#userVolume.push(frame, timestampNs);
    } else if (frame instanceof TTSAudioRawFrame) {
      if (this.#params.botAudioLevelEnabled) this.#botVolume.push(frame, timestampNs);
    } else if (frame instanceof LLMTextFrame) this.#onModelText(frame.text);
    else if (frame instanceof LLMFullResponseEndFrame) this.#onModelEnd();
    else if (frame instanceof InterruptionFrame) {
      this.#tell('botSpeakingEnabled', 'bot-interrupted');
      this.#botOutput.onInterrupted();
    } else if (frame instanceof BotStartedSpeakingFrame) {
      this.#tell('botSpeakingEnabled', 'bot-started-speaking');
      this.#botOutput.onBotStarted();
    } else if (frame instanceof BotStoppedSpeakingFrame) {
      this.#tell('botSpeakingEnabled', 'bot-stopped-speaking');
      this.#botOutput.onBotStopped();
    } else this.#onWords(frame);
  }

  #onWords(frame: Frame): void {
    if (frame instanceof TranscriptionFrame) this.#onTranscript(frame, true);
    else if (frame instanceof InterimTranscriptionFrame) this.#onTranscript(frame, false);
    else if (frame instanceof UserBackchannelFrame) {
      const { text, timestamp, userId } = frame;
      const data = { text, input_type: 'backchannel', timestamp, final: true, user_id: userId };
      this.#tell('userInputEnabled', 'user-input', data);
    } else if (frame instanceof RTVISendTextFrame) {
      const { text, timestamp, userId, msgId } = frame;
      const who = userId === null ? {} : { user_id: userId };
      const data = { text, input_type: 'chat', timestamp, final: true, ...who, msg_id: msgId };
      this.#tell('userInputEnabled', 'user-input', data);
    } else if (frame instanceof LLMContextFrame) this.#onContext(frame);
    else if (frame instanceof LLMMarkerResponseFrame) {
      const { marker, kind, raw, markers } = frame;
      const data = { text: marker ?? '', ...(kind === null ? {} : { kind }), raw, markers };
      this.#tell('botLlmMarkerEnabled', 'bot-llm-marker', data);
    } else this.#onService(frame);
  }

  #onService(frame: Frame): void {
    if (frame instanceof MetricsFrame) {
      if (this.#params.metricsEnabled) this.#send(metricsMessage(frame.data));
    } else if (frame instanceof ErrorFrame) this.#send(errorMessage(frame.error));
    else if (frame instanceof FatalErrorFrame) this.#send(errorMessage(frame.error, true));
    else if (frame instanceof RTVIServerMessageFrame) this.#send(rtviMessage('server-message', frame.data));
    else if (frame instanceof RTVIServerResponseFrame) this.#onResponse(frame);
    else if (frame instanceof RTVIUICommandFrame) {
      const { command, payload } = frame;
      const data = { command, ...(payload === undefined ? {} : { payload }) };
      this.#send(rtviMessage('ui-command', data));
    } else if (frame instanceof RTVIUIJobGroupFrame) this.#send(rtviMessage('ui-job-group', frame.data));
    else if (frame instanceof RTVIConfigureObserverFrame) this.#params = { ...this.#params, ...frame.change };
    else if (frame instanceof MemoryRecalledFrame) this.#onRecalled(frame);
    else {
      const calls = functionCallMessages(frame, this.#params.functionCallReportLevel);
      for (const message of calls ?? []) this.#send(message);
    }
  }

  #tell(param: keyof RTVIObserverParams, type: string, data?: unknown): void {
    if (this.#params[param] === true) this.#send(rtviMessage(type, data));
  }

  #onModelText(text: string): void {
    if (this.#params.llmRawTextEnabled && hasRawText(this.#client()))
      this.#send(rtviMessage('llm-raw-text', { text }));
    if (!this.#params.botLlmEnabled) return;
    this.#send(rtviMessage('bot-llm-text', { text }));
    const sentence = this.#botTranscription.push(text);
    if (sentence !== null) this.#send(rtviMessage('bot-transcription', { text: sentence }));
  }

  #onModelEnd(): void {
    // Pipecat keeps the rest for the next answer's first sentence.
    const rest = this.#botTranscription.flush();
    if (rest !== null) this.#tell('botLlmEnabled', 'bot-transcription', { text: rest });
    this.#tell('botLlmEnabled', 'bot-llm-stopped');
  }

  #onTranscript(frame: TranscriptionFrame | InterimTranscriptionFrame, final: boolean): void {
    const { text, userId, timestamp } = frame;
    const input = { text, input_type: 'transcription', timestamp, final, user_id: userId };
    const transcript = { text, user_id: userId, timestamp, final };
    this.#tell('userInputEnabled', 'user-input', input);
    if (hasRawText(this.#client())) this.#tell('sttRawTextEnabled', 'stt-raw-text', transcript);
    this.#tell('userTranscriptionEnabled', 'user-transcription', transcript);
  }

  #onContext(frame: LLMContextFrame): void {
    const last = frame.context.messages.at(-1);
    if (last?.role === 'user' && frame.metadata['memory'] !== true)
      this.#tell('userLlmEnabled', 'user-llm-text', { text: last.content });
  }

  #onResponse({ clientMessage, data, error }: RTVIServerResponseFrame): void {
    const { msgId, messageType } = clientMessage;
    if (error !== undefined) this.#send(errorResponse(msgId, error));
    else this.#send(rtviMessage('server-response', { t: messageType, d: data }, msgId));
  }

  #onRecalled({ items, tookMs, late }: MemoryRecalledFrame): void {
    const shown = items.map(({ text, role, atMs, score }) => ({
      text,
      role,
      score,
      at: new Date(atMs).toISOString(),
    }));
    this.#send(rtviMessage('server-message', { type: 'slowcat-recall', items: shown, ms: tookMs, late }));
  }
}
