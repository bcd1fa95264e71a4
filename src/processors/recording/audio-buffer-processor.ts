import {
  AudioBufferStartRecordingFrame,
  AudioBufferStopRecordingFrame,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  CancelFrame,
  EndFrame,
  FrameProcessor,
  InputAudioRawFrame,
  OutputAudioFrame,
  StartFrame,
  TypedEvents,
  UserAudioRawFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  type EventHandler,
  type Frame,
  type FrameDirection,
  type FrameProcessorEvents,
  type FrameProcessorSetup,
} from '../../pipeline/index.js';
import type { AudioBufferEvents } from './audio-buffer-events.js';
import { interleaved, mixed } from './mix.js';
import { RecordedTrack } from './recorded-track.js';
import { ToRate } from './to-rate.js';
import { TurnRun } from './turn-run.js';

export interface AudioBufferOptions {
  /** Of the recording. @defaultValue that of the session's output, 24000 */
  readonly sampleRateHz?: number;
  /** 1 mixes both speakers, 2 puts the user left and the bot right. @defaultValue 1 */
  readonly numChannels?: 1 | 2;
  /** How much is gathered before it is told; 0 tells everything at the end. @defaultValue 0 */
  readonly bufferMs?: number;
  /** Whether what is said in each turn is told as well. @defaultValue false */
  readonly enableTurnAudio?: boolean;
  /** Whether recording begins with the session, instead of when it is asked for. @defaultValue false */
  readonly autoStartRecording?: boolean;
}

const ownEvents: readonly string[] = [
  'recordingStarted',
  'recordingStopped',
  'audioData',
  'trackAudioData',
  'userTurnAudio',
  'botTurnAudio',
] satisfies Exclude<keyof AudioBufferEvents, keyof FrameProcessorEvents>[];

/** The user is known to speak only some time after the first sound; Pipecat keeps one second. */
const userPreRollMs = 1000;

/** One speaker: how the audio comes in, and where it is kept. */
interface Side {
  readonly toRate: ToRate;
  readonly turn: TurnRun;
  track: RecordedTrack;
}

/**
 * Records both speakers. It stands behind the output transport, where audio passes when it is sent.
 *
 * Recordings are kept in memory until they are told: with 24 kHz about 6 MB a minute. Handlers may take their time; the
 * session is cleaned up only when they have ended, so that a file is whole when the session is over.
 */
export class AudioBufferProcessor extends FrameProcessor {
  readonly #options: AudioBufferOptions;
  readonly #events = new TypedEvents<AudioBufferEvents>((error) => this.pushError(error));
  readonly #busy = new Set<Promise<void>>();
  #sides: { readonly user: Side; readonly bot: Side } | undefined;
  #sampleRateHz = 0;
  #startedMs: number | undefined;
  #turnNumber = 0;

  constructor(options: AudioBufferOptions = {}) {
    super();
    this.#options = options;
  }

  /** Of what is told, in hertz; 0 before the setup. */
  get sampleRateHz(): number {
    return this.#sampleRateHz;
  }

  get isRecording(): boolean {
    return this.#startedMs !== undefined;
  }

  override on<K extends keyof AudioBufferEvents>(
    event: K,
    handler: EventHandler<AudioBufferEvents[K]>,
  ): () => void {
    if (!ownEvents.includes(event)) {
      return super.on(event as keyof FrameProcessorEvents, handler as EventHandler<unknown>);
    }
    return this.#events.on(event, (data) => this.#awaited(handler(data)));
  }

  override setup(setup: FrameProcessorSetup): void {
    this.#sampleRateHz = this.#options.sampleRateHz ?? setup.audioOutSampleRateHz;
    this.#sides = { user: this.#side(userPreRollMs), bot: this.#side(0) };
  }

  override async cleanup(): Promise<void> {
    this.stopRecording();
    this.#sides?.user.toRate.close();
    this.#sides?.bot.toRate.close();
    await Promise.allSettled(this.#busy);
  }

  override processFrame(frame: Frame, direction: FrameDirection): Promise<void> | void {
    if (frame instanceof AudioBufferStartRecordingFrame) this.startRecording();
    else if (frame instanceof AudioBufferStopRecordingFrame) this.stopRecording();
    else if (direction === 'upstream') {
      // The downstream copies tell the same.
    } else if (frame instanceof StartFrame) {
      if (this.#options.autoStartRecording === true) this.startRecording();
    } else if (frame instanceof EndFrame || frame instanceof CancelFrame) this.stopRecording();
    else if (frame instanceof InputAudioRawFrame || frame instanceof UserAudioRawFrame) {
      this.pushFrame(frame, direction);
      return this.#record('user', frame);
    } else if (frame instanceof OutputAudioFrame) {
      this.pushFrame(frame, direction);
      return this.#record('bot', frame);
    } else if (this.isRecording) this.#onTurn(frame);
    this.pushFrame(frame, direction);
  }

  /** Begins a recording, unless one is under way. */
  startRecording(): void {
    if (this.#startedMs !== undefined || this.#sides === undefined) return;
    this.#startedMs = this.session.clock.nowMs();
    for (const side of [this.#sides.user, this.#sides.bot]) {
      side.track = new RecordedTrack(this.#sampleRateHz);
      side.turn.clear();
    }
    this.#events.emit('recordingStarted', undefined);
  }

  /** Tells what is left, and ends the recording. */
  stopRecording(): void {
    if (this.#startedMs === undefined) return;
    this.#tell();
    this.#startedMs = undefined;
    this.#events.emit('recordingStopped', undefined);
  }

  #side(preRollMs: number): Side {
    return {
      toRate: new ToRate(this.#sampleRateHz),
      turn: new TurnRun((this.#sampleRateHz * preRollMs) / 1000),
      track: new RecordedTrack(this.#sampleRateHz),
    };
  }

  #record(
    who: 'user' | 'bot',
    frame: InputAudioRawFrame | UserAudioRawFrame | OutputAudioFrame,
  ): Promise<void> | void {
    if (this.#startedMs === undefined || this.#sides === undefined) return;
    const side = this.#sides[who];
    const nowMs = this.session.clock.nowMs() - this.#startedMs;
    // What the user says has been said when it comes in; what the bot says begins when it goes out.
    const startMs = who === 'user' ? nowMs - (frame.numFrames / frame.sampleRateHz) * 1000 : nowMs;
    const samples = side.toRate.convert(frame);
    if (samples instanceof Promise) return samples.then((ready) => this.#add(side, ready, startMs));
    this.#add(side, samples, startMs);
  }

  #add(side: Side, samples: Int16Array, startMs: number): void {
    if (!this.isRecording || samples.length === 0) return;
    side.track.push(samples, startMs);
    if (this.#options.enableTurnAudio === true) side.turn.push(samples);
    const { bufferMs = 0 } = this.#options;
    if (bufferMs > 0 && side.track.length >= (bufferMs * this.#sampleRateHz) / 1000) this.#tell();
  }

  #tell(): void {
    if (this.#sides === undefined) return;
    const { user, bot } = this.#sides;
    const end = Math.max(user.track.end, bot.track.end);
    const userAudio = user.track.take(end);
    const botAudio = bot.track.take(end);
    if (userAudio.length === 0) return;
    const { numChannels = 1 } = this.#options;
    const sampleRateHz = this.#sampleRateHz;
    if (this.#events.has('audioData')) {
      const audio = numChannels === 1 ? mixed(userAudio, botAudio) : interleaved(userAudio, botAudio);
      this.#events.emit('audioData', { audio, sampleRateHz, numChannels });
    }
    this.#events.emit('trackAudioData', { userAudio, botAudio, sampleRateHz });
  }

  #onTurn(frame: Frame): void {
    if (this.#sides === undefined) return;
    const { user, bot } = this.#sides;
    if (frame instanceof UserStartedSpeakingFrame) {
      this.#turnNumber += 1;
      user.turn.start();
    } else if (frame instanceof UserStoppedSpeakingFrame) this.#tellTurn('userTurnAudio', user.turn.stop());
    else if (frame instanceof BotStartedSpeakingFrame) bot.turn.start();
    else if (frame instanceof BotStoppedSpeakingFrame) this.#tellTurn('botTurnAudio', bot.turn.stop());
  }

  #tellTurn(event: 'userTurnAudio' | 'botTurnAudio', audio: Int16Array | null): void {
    if (audio === null) return;
    const turnNumber = this.#turnNumber;
    this.#events.emit(event, { turnNumber, audio, sampleRateHz: this.#sampleRateHz });
  }

  async #awaited(work: void | Promise<void>): Promise<void> {
    if (work === undefined) return;
    this.#busy.add(work);
    try {
      await work;
    } finally {
      this.#busy.delete(work);
    }
  }
}
