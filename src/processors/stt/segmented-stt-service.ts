import { concatFloat32, int16ToFloat32 } from '../../audio/index.js';
import type { SpeechToText } from '../../engines/interfaces.js';
import {
  CancelFrame,
  EndFrame,
  FrameProcessor,
  InputAudioRawFrame,
  InterimTranscriptionFrame,
  TranscriptionFrame,
  UserSpeakingFrame,
  UserStoppedSpeakingFrame,
  VADUserStartedSpeakingFrame,
  VADUserStoppedSpeakingFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/index.js';
import { InterimTranscripts, whileBusy } from './interim-transcripts.js';
import { newWords } from './new-words.js';
import { SegmentBuffer } from './segment-buffer.js';
import { STTSegmentEmptyFrame, STTSegmentStartedFrame } from './stt-frames.js';
import type { TurnTranscript } from './turn-transcript.js';

export interface SegmentedSTTOptions {
  readonly stt: SpeechToText;
  /** Whose words they are; goes into the transcript frames. @defaultValue '' */
  readonly userId?: string;
  /** Words likely to be heard, asked for anew with every segment (names out of memory). @defaultValue none */
  readonly prompt?: () => string | Promise<string>;
  /** Audio kept from before speech is detected (Pipecat keeps one second). @defaultValue 1000 */
  readonly preRollMs?: number;
  /** Speech without a pause is handed over in pieces of this length, so that no buffer grows for ever. @defaultValue 60000 */
  readonly maxSegmentMs?: number;
  /**
   * A turn up to this length is heard again as a whole when it goes on after a pause, because half a sentence is heard
   * worse than a whole one; 0 hears every segment by itself. @defaultValue 20000
   */
  readonly maxTurnMs?: number;
  /**
   * Whether what is heard so far is told while the user still speaks, by InterimTranscriptionFrames. The engine hears
   * the growing segment again and again for it, and a transcript that counts may have to wait for the last such run.
   *
   * @defaultValue false
   */
  readonly interimResults?: boolean;
}

/** What has been heard of the turn in progress. */
interface TurnSoFar {
  readonly audio: Float32Array;
  /** The segments' transcripts as they went out, one behind the other. */
  readonly text: string;
  /** False once a segment stood by itself: then nothing that is heard later covers the turn's beginning. */
  readonly whole: boolean;
}

/** A segment's new words, and the whole turn's text where it was heard as a whole. */
interface Heard {
  readonly text: string;
  readonly turnText?: string;
}

/** Samples per second of everything here. */
const sampleRateHz = 16_000;

const nothingSoFar: TurnSoFar = { audio: new Float32Array(0), text: '', whole: true };

/**
 * Recognises each stretch of speech as soon as the voice detector says that it ended.
 *
 * Recognition runs beside the frames and in order: audio and interruptions never wait for it. When a turn goes on
 * after a pause, the whole turn is heard again and the words that are new go out. Every segment is answered, by a
 * TranscriptionFrame or by an STTSegmentEmptyFrame, so that whoever waits for it can go on.
 */
export class SegmentedSTTService extends FrameProcessor {
  readonly #options: SegmentedSTTOptions;
  readonly #buffer: SegmentBuffer;
  readonly #maxSegmentMs: number;
  readonly #abort = new AbortController();
  readonly #maxTurnSamples: number;
  readonly #interim: InterimTranscripts | undefined;
  #pending: Promise<void> = Promise.resolve();
  #soFar = nothingSoFar;

  constructor(options: SegmentedSTTOptions) {
    super();
    this.#options = options;
    this.metrics.model = options.stt.info.model;
    this.#buffer = new SegmentBuffer(options.preRollMs ?? 1000);
    this.#maxSegmentMs = options.maxSegmentMs ?? 60_000;
    this.#maxTurnSamples = (options.maxTurnMs ?? 20_000) * 16;
    if (options.interimResults === true) this.#interim = this.#interimTranscripts();
  }

  override canGenerateMetrics(): boolean {
    return true;
  }

  /** Audio passes without a promise, fifty times a second; only the end waits for what is being recognised. */
  override processFrame(frame: Frame, direction: FrameDirection): Promise<void> | undefined {
    if (frame instanceof EndFrame) {
      return this.#pending.then(() => {
        this.pushFrame(frame, direction);
      });
    }
    if (frame instanceof CancelFrame) this.#abort.abort();
    this.pushFrame(frame, direction);
    if (frame instanceof UserStoppedSpeakingFrame) {
      this.#pending = this.#pending.then(() => {
        this.#soFar = nothingSoFar;
      });
    } else if (frame instanceof InputAudioRawFrame) {
      this.#buffer.push(int16ToFloat32(frame.audio));
      if (this.#buffer.speaking && this.#buffer.durationMs >= this.#maxSegmentMs)
        this.#recognise(this.#buffer.take(true));
    } else if (frame instanceof VADUserStartedSpeakingFrame) {
      this.#buffer.start();
    } else if (frame instanceof UserSpeakingFrame) {
      if (this.#buffer.speaking) this.#interim?.onVoice(this.#buffer.durationMs, () => this.#buffer.soFar());
    } else if (frame instanceof VADUserStoppedSpeakingFrame && this.#buffer.speaking) {
      this.#recognise(this.#buffer.take());
    }
    return undefined;
  }

  override async cleanup(): Promise<void> {
    this.#abort.abort();
    this.#interim?.end();
    await this.#pending;
  }

  #recognise(segment: Float32Array): void {
    this.#interim?.end();
    this.pushFrame(new STTSegmentStartedFrame());
    this.#pending = this.#pending.then(() => this.#transcribe(segment));
  }

  async #transcribe(segment: Float32Array): Promise<void> {
    const { stt, userId = '' } = this.#options;
    const { signal } = this.#abort;
    const gone = () => signal.aborted;
    if (gone()) return;
    let heard: Heard = { text: '' };
    this.metrics.startTtfb();
    this.metrics.startProcessing();
    this.metrics.reportSttUsage(segment.length / sampleRateHz);
    try {
      const nowMs = () => this.session.clock.nowMs();
      heard = await whileBusy(stt, nowMs, async () => this.#hearInTurn(segment, await this.#hearing(signal)));
    } catch (error) {
      if (gone()) return;
      this.pushError(error);
    }
    this.metrics.stopTtfb();
    this.metrics.stopProcessing();
    const { text, turnText } = heard;
    if (text === '') {
      this.pushFrame(new STTSegmentEmptyFrame());
      return;
    }
    const result: TurnTranscript | undefined = turnText === undefined ? undefined : { turnText };
    const transcript = new TranscriptionFrame(text, userId, new Date().toISOString(), {
      finalized: true,
      result,
    });
    // The interruption that this very turn causes must not drop its words.
    transcript.interruptible = false;
    this.pushFrame(transcript);
  }

  /** Hears with the names of the moment. */
  async #hearing(signal: AbortSignal): Promise<(pcm: Float32Array) => Promise<string>> {
    const { stt, prompt } = this.#options;
    const primer = (await prompt?.()) ?? '';
    return async (pcm) =>
      (await stt.transcribe(pcm, primer === '' ? { signal } : { prompt: primer, signal })).text;
  }

  #interimTranscripts(): InterimTranscripts {
    const { stt, userId = '' } = this.#options;
    return new InterimTranscripts({
      stt,
      nowMs: () => this.session.clock.nowMs(),
      hear: async (pcm, signal) => (await this.#hearing(signal))(pcm),
      tell: (text) => this.pushFrame(new InterimTranscriptionFrame(text, userId, new Date().toISOString())),
    });
  }

  /** The words of this segment, heard with what was said before it in the same turn. */
  async #hearInTurn(segment: Float32Array, hear: (pcm: Float32Array) => Promise<string>): Promise<Heard> {
    const before = this.#soFar;
    const fits = before.audio.length > 0 && before.audio.length + segment.length <= this.#maxTurnSamples;
    if (fits) {
      const audio = concatFloat32([before.audio, segment]);
      const turnText = await hear(audio);
      const added = newWords(before.text, turnText);
      if (added !== null) {
        this.#soFar = { audio, text: `${before.text} ${added}`.trim(), whole: before.whole };
        return before.whole ? { text: added, turnText } : { text: added };
      }
    }
    const text = await hear(segment);
    const audio = segment.length <= this.#maxTurnSamples ? segment : nothingSoFar.audio;
    this.#soFar = { audio, text, whole: before === nothingSoFar && audio === segment };
    return { text };
  }
}
