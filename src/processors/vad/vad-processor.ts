import { LoudnessMeter, int16ToFloat32, loudnessToVolume } from '../../audio/index.js';
import type { VoiceActivity, VoiceActivityStream } from '../../engines/interfaces.js';
import {
  FrameProcessor,
  InputAudioRawFrame,
  UserSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { StreamReset } from './stream-reset.js';
import { VadState, defaultVadParams, type VadEvent, type VadParams } from './vad-state.js';

/** Silero hears 16 kHz in windows of 512 samples. */
const sampleRateHz = 16_000;
const windowSamples = 512;
/** Pipecat's smoothing of the volume. */
const volumeSmoothing = 0.2;
/** Audio that stops for this long while the user speaks counts as silence (Pipecat's audio_idle_timeout). */
const audioIdleMs = 1000;
/** UserSpeakingFrame comes at most this often (Pipecat's speech_activity_period). */
const speakingPeriodMs = 200;

export interface VADProcessorOptions {
  readonly vad: VoiceActivity;
  readonly params?: Partial<VadParams>;
}

/**
 * Tells everybody when the user's voice begins and ends.
 *
 * Forwards each audio frame first and judges it afterwards, so that listening never delays hearing. Expects mono
 * 16 kHz, which the input transport delivers.
 */
export class VADProcessor extends FrameProcessor {
  protected override readonly usesSignal = false;
  readonly #params: VadParams;
  readonly #stream: VoiceActivityStream;
  readonly #state: VadState;
  readonly #loudness = new LoudnessMeter(sampleRateHz);
  readonly #reset = new StreamReset();
  readonly #window = new Float32Array(windowSamples);
  #filled = 0;
  #volume = 0;
  #lastAudioMs = 0;
  #lastSpeakingMs = -Infinity;
  #cancelIdleTimer: (() => void) | null = null;

  constructor(options: VADProcessorOptions) {
    super();
    this.#params = { ...defaultVadParams, ...options.params };
    this.#stream = options.vad.createStream();
    this.#state = new VadState(this.#params);
  }

  /** What fills no window passes without a promise. */
  override processFrame(frame: Frame, direction: FrameDirection): Promise<void> | undefined {
    this.pushFrame(frame, direction);
    if (!(frame instanceof InputAudioRawFrame)) return undefined;
    this.#lastAudioMs = this.session.clock.nowMs();
    const pcm = int16ToFloat32(frame.audio);
    if (this.#filled + pcm.length >= windowSamples) return this.#judgeAll(pcm);
    this.#fill(pcm);
    return undefined;
  }

  override cleanup(): void {
    this.#cancelIdleTimer?.();
  }

  async #judgeAll(pcm: Float32Array): Promise<void> {
    for (let at = 0; at < pcm.length;) {
      at += this.#fill(pcm.subarray(at, at + windowSamples - this.#filled));
      if (this.#filled < windowSamples) return;
      this.#filled = 0;
      await this.#judge(this.#window);
    }
  }

  /** @returns how many samples there were */
  #fill(samples: Float32Array): number {
    this.#window.set(samples, this.#filled);
    this.#filled += samples.length;
    return samples.length;
  }

  async #judge(window: Float32Array): Promise<void> {
    const lufs = this.#loudness.push(window);
    const volume = lufs === undefined ? 0 : loudnessToVolume(lufs);
    this.#volume += volumeSmoothing * (volume - this.#volume);
    const phase = this.#state.phase;
    const confidence = await this.#stream.push(window);
    this.#announce(this.#state.push(confidence, this.#volume));
    if (this.#reset.push(confidence, phase === 'quiet')) this.#stream.reset();
    this.#announceSpeaking();
  }

  #announce(event: VadEvent): void {
    const atSecs = this.session.clock.nowMs() / 1000;
    switch (event) {
      case null:
        return;
      case 'started':
        this.broadcastFrame(() => new VADUserStartedSpeakingFrame(this.#params.startMs / 1000, atSecs));
        this.#watchForIdleAudio(audioIdleMs);
        return;
      case 'stopped':
        this.#cancelIdleTimer?.();
        this.broadcastFrame(() => new VADUserStoppedSpeakingFrame(this.#params.stopMs / 1000, atSecs));
        return;
    }
  }

  #announceSpeaking(): void {
    if (this.#state.phase !== 'speaking') return;
    const nowMs = this.session.clock.nowMs();
    if (nowMs - this.#lastSpeakingMs < speakingPeriodMs) return;
    this.#lastSpeakingMs = nowMs;
    this.broadcastFrame(() => new UserSpeakingFrame());
  }

  /** A client that goes silent in the middle of a word sends no audio at all; the turn must end all the same. */
  #watchForIdleAudio(afterMs: number): void {
    this.#cancelIdleTimer = this.session.clock.schedule(afterMs, () => {
      const quietMs = this.session.clock.nowMs() - this.#lastAudioMs;
      if (quietMs < audioIdleMs) this.#watchForIdleAudio(audioIdleMs - quietMs);
      else this.#announce(this.#state.forceStop());
    });
  }
}
