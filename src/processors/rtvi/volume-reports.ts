import { LoudnessMeter, int16ToFloat32, loudnessToVolume } from '../../audio/index.js';
import type { InputAudioRawFrame, TTSAudioRawFrame } from '../../pipeline/index.js';
import { rtviMessage, type RtviMessage } from './messages.js';

/** Tells how loud a stream is, 0 (-110 LUFS) to 1 (-10 LUFS), not more often than once in a period. */
export class VolumeReports {
  #meter: { readonly sampleRateHz: number; readonly loudness: LoudnessMeter } | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly type: 'user-audio-level' | 'bot-audio-level',
    private readonly periodMs: number,
    private readonly send: (message: RtviMessage) => void,
  ) {}

  /** @param timestampNs of the pipeline's clock */
  push(frame: InputAudioRawFrame | TTSAudioRawFrame, timestampNs: bigint): void {
    // Meters are for one channel; everything in a pipeline is mono but what an application makes otherwise.
    if (frame.numChannels !== 1) return;
    if (this.#meter?.sampleRateHz !== frame.sampleRateHz) {
      this.#meter = {
        sampleRateHz: frame.sampleRateHz,
        loudness: new LoudnessMeter(frame.sampleRateHz),
      };
    }
    const lufs = this.#meter.loudness.push(int16ToFloat32(frame.audio));
    const nowMs = Number(timestampNs) / 1e6;
    if (nowMs - this.#lastMs <= this.periodMs) return;
    this.#lastMs = nowMs;
    // Before 400 ms were heard the level reads 0, as Pipecat's.
    this.send(rtviMessage(this.type, { value: lufs === undefined ? 0 : loudnessToVolume(lufs) }));
  }
}
