import {
  AggregatedTextFrame,
  BaseObserver,
  BotStartedSpeakingFrame,
  LLMContextFrame,
  LLMTextFrame,
  TTSAudioRawFrame,
  TranscriptionFrame,
  VADUserStoppedSpeakingFrame,
  type FramePushed,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import { STTSegmentEmptyFrame, STTSegmentStartedFrame } from '../stt/stt-frames.js';
import { TurnLatencyMeter, type LatencyMark, type TurnLatency } from './turn-latency.js';

/** Watches the frames of a session and reports, with each answer, where its milliseconds went. */
export class TurnLatencyObserver extends BaseObserver {
  readonly #meter = new TurnLatencyMeter();
  readonly #report: (latency: TurnLatency) => void;

  constructor(report: (latency: TurnLatency) => void) {
    super();
    this.#report = report;
  }

  override readonly observeEveryPush = false;

  override onPushFrame({ frame, firstPush, direction, timestampNs }: FramePushed): void {
    if (!firstPush || direction === 'upstream') return;
    const atMs = Number(timestampNs) / 1e6;
    if (frame instanceof VADUserStoppedSpeakingFrame)
      this.#mark('speech-ended', atMs - frame.stopSecs * 1000);
    else if (frame instanceof STTSegmentStartedFrame) this.#mark('recognition-started', atMs);
    else if (frame instanceof TranscriptionFrame || frame instanceof STTSegmentEmptyFrame)
      this.#mark('recognised', atMs);
    else if (frame instanceof MemoryRecalledFrame) this.#meter.memory(frame.tookMs);
    else if (frame instanceof LLMContextFrame && !frame.metadata['memory']) this.#mark('turn-ended', atMs);
    else if (frame instanceof LLMTextFrame) this.#mark('first-token', atMs);
    else if (frame instanceof AggregatedTextFrame) this.#mark('first-clause', atMs);
    else if (frame instanceof TTSAudioRawFrame) this.#mark('first-audio', atMs);
    else if (frame instanceof BotStartedSpeakingFrame) this.#mark('speaking', atMs);
  }

  #mark(mark: LatencyMark, atMs: number): void {
    const latency = this.#meter.mark(mark, atMs);
    if (latency !== null) this.#report(latency);
  }
}
