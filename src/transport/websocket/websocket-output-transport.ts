import { downmix, float32ToInt16, int16ToFloat32, Resampler } from '../../audio/index.js';
import { SlowcatError } from '../../errors.js';
import { FrameProcessor } from '../../pipeline/frame-processor.js';
import {
  CancelFrame,
  EndFrame,
  InterruptionFrame,
  OutputAudioFrame,
  OutputAudioRawFrame,
  OutputDTMFFrame,
  OutputDTMFUrgentFrame,
  OutputTransportMessageFrame,
  OutputTransportMessageUrgentFrame,
  OutputTransportReadyFrame,
  StartFrame,
  StopFrame,
  TTSAudioRawFrame,
  TTSStoppedFrame,
  type Frame,
  type FrameDirection,
} from '../../pipeline/frames/index.js';
import { noteHeard } from '../../pipeline/heard.js';
import { PlayedUpToFrame } from '../../pipeline/played-up-to-frame.js';
import type { FrameProcessorSetup } from '../../pipeline/processor-setup.js';
import { AcknowledgedPlayback } from '../playout/acknowledged-playback.js';
import { Chunker } from '../playout/chunker.js';
import { dtmfTone } from '../playout/dtmf-tone.js';
import { Pacer, type PlayoutMark } from '../playout/pacer.js';
import type { FrameSerializer } from '../serializers/frame-serializer.js';
import { BotSpeech } from './bot-speech.js';
import { MediaSender } from './media-sender.js';
import { TimedFrames } from './timed-frames.js';
import type { TransportSocket } from './transport-socket.js';
import type { WebSocketTransportOptions } from './transport-options.js';

/** RFC 6455: the peer breaks a rule, here that of reading what it asked for. */
const closePolicy = 1008;

/** Where the chunks being cut come from: what they become when they are full. */
interface ChunkSource {
  readonly speech: boolean;
  readonly contextId: string | null;
  readonly interruptible: boolean;
}

/**
 * The end of a pipeline that speaks to a WebSocket client: audio is resampled, cut, paced and sent; transport
 * messages are sent; everything is passed on once the audio before it has been heard.
 *
 * Frames with a presentation time wait for the clock instead. A client that is gone or stalled never holds up the
 * pipeline: its audio is dropped and frames pass through.
 */
export class WebSocketOutputTransport extends FrameProcessor {
  readonly #socket: TransportSocket;
  readonly #serializer: FrameSerializer;
  readonly #options: WebSocketTransportOptions;
  #pacer: Pacer | undefined;
  #sender: MediaSender | undefined;
  readonly #acknowledged = new AcknowledgedPlayback();
  #speech: BotSpeech | undefined;
  #timed: TimedFrames | undefined;
  #chunker: Chunker | undefined;
  #source: ChunkSource = { speech: false, contextId: null, interruptible: true };
  #resampler: Resampler | undefined;
  #outRateHz = 0;
  #gone = false;
  #closed = false;

  constructor(socket: TransportSocket, serializer: FrameSerializer, options: WebSocketTransportOptions) {
    super();
    this.#socket = socket;
    this.#serializer = serializer;
    this.#options = options;
  }

  /** The rate of the audio that is sent, in hertz; 0 before the setup. */
  get sampleRateHz(): number {
    return this.#outRateHz;
  }

  /** Audio that the client has heard since the last interruption, by estimate, in milliseconds. */
  get heardMs(): number {
    return this.#pacer?.playedMs(this.session.clock.nowMs()) ?? 0;
  }

  override setup(setup: FrameProcessorSetup): void {
    const { clock } = setup;
    const { chunkMs, leadMs, writeTimeoutMs } = this.#options;
    this.#outRateHz = this.#options.audioOutSampleRateHz ?? setup.audioOutSampleRateHz;
    this.#chunker = new Chunker((this.#outRateHz * chunkMs) / 1000);
    this.#pacer = new Pacer({ leadMs });
    this.#speech = new BotSpeech(clock, (factory) => {
      this.broadcastFrame(factory);
    });
    this.#timed = new TimedFrames(clock, (frame) => {
      this.pushFrame(frame);
    });
    const host = {
      canWrite: () => this.#socket.bufferedAmount <= this.#options.maxBufferedAudioBytes,
      writeAudio: (chunk: OutputAudioFrame, heardInMs: number) => this.#writeAudio(chunk, heardInMs),
      onSent: (frame: Frame) => this.#onSent(frame),
      onHeard: (frame: Frame) => this.#onHeard(frame),
      onStalled: () => this.#onStalled(),
    };
    this.#sender = new MediaSender(clock, this.#pacer, host, { writeTimeoutMs });
    if (this.#gone) this.#sender.setGone();
  }

  override cleanup(): void {
    this.#closed = true;
    this.#sender?.close();
    this.#speech?.close();
    this.#timed?.close();
    this.#resampler?.close();
  }

  /** The client has gone: nothing more is sent, and nothing waits for it. Idempotent. */
  setGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#sender?.setGone();
    this.#speech?.stop();
  }

  override processFrame(frame: Frame, direction: FrameDirection, signal: AbortSignal): Promise<void> | void {
    if (direction === 'downstream') {
      if (frame instanceof OutputAudioFrame) return this.#takeAudio(frame, signal);
      if (frame instanceof EndFrame || frame instanceof StopFrame) return this.#finish(frame);
      if (frame instanceof OutputTransportMessageUrgentFrame) {
        this.#write(frame);
        return;
      }
      if (frame instanceof OutputDTMFFrame || frame instanceof OutputDTMFUrgentFrame) this.#playKeys(frame);
      if (frame.family !== 'system') {
        this.#enqueueFrame(frame);
        return;
      }
    }
    if (frame instanceof PlayedUpToFrame) this.#takeAcknowledgement(frame.ms);
    const cuts = frame instanceof CancelFrame || frame instanceof InterruptionFrame;
    if (cuts && direction === 'downstream') this.#noteHeard(frame);
    if (frame instanceof CancelFrame) this.cleanup();
    this.pushFrame(frame, direction);
    if (frame instanceof StartFrame) this.pushFrame(new OutputTransportReadyFrame(), 'upstream');
    if (frame instanceof InterruptionFrame && direction === 'downstream') this.#interrupt(frame);
  }

  #enqueueFrame(frame: Frame): void {
    if (frame.pts !== null) {
      this.#timed?.add(frame, frame.pts);
      return;
    }
    if (frame instanceof TTSStoppedFrame) this.#flushAudio();
    this.#sender?.enqueueFrame(frame);
  }

  #takeAudio(frame: OutputAudioFrame, signal: AbortSignal): Promise<void> | void {
    if (this.#gone || frame.audio.length === 0) return;
    if (frame.sampleRateHz !== this.#outRateHz) return this.#takeForeignAudio(frame, signal);
    this.#setSource(frame);
    this.#cut(frame.numChannels === 1 ? frame.audio : float32ToInt16(monoOf(frame)));
  }

  async #takeForeignAudio(frame: OutputAudioFrame, signal: AbortSignal): Promise<void> {
    if (this.#resampler?.fromHz !== frame.sampleRateHz) {
      const created = await Resampler.create(frame.sampleRateHz, this.#outRateHz);
      if (signal.aborted || this.#closed) {
        created.close();
        return;
      }
      this.#flushResampler();
      this.#resampler?.close();
      this.#resampler = created;
    }
    this.#setSource(frame);
    this.#cut(float32ToInt16(this.#resampler.process(monoOf(frame))));
  }

  /** No client can press keys for the bot, so that they are heard. */
  #playKeys({ buttons, interruptible }: OutputDTMFFrame | OutputDTMFUrgentFrame): void {
    if (this.#gone) return;
    this.#flushAudio();
    this.#source = { speech: false, contextId: null, interruptible };
    for (const key of buttons) this.#cut(dtmfTone(key, this.#outRateHz));
    this.#flushAudio();
  }

  #setSource(frame: OutputAudioFrame): void {
    const isTts = frame instanceof TTSAudioRawFrame;
    this.#source = {
      speech: isTts,
      contextId: isTts ? frame.contextId : null,
      interruptible: frame.interruptible,
    };
  }

  #cut(samples: Int16Array): void {
    for (const chunk of this.#chunker?.push(samples) ?? []) this.#enqueue(chunk);
  }

  #enqueue(chunk: Int16Array): void {
    const { speech, contextId, interruptible } = this.#source;
    const frame = speech
      ? new TTSAudioRawFrame(chunk, this.#outRateHz, 1, contextId)
      : new OutputAudioRawFrame(chunk, this.#outRateHz);
    frame.interruptible = interruptible;
    this.#sender?.enqueueAudio(frame);
  }

  /** Sends the last part of an answer too, filled up with silence. */
  #flushAudio(): void {
    this.#flushResampler();
    const last = this.#chunker?.flush();
    if (last) this.#enqueue(last);
  }

  #flushResampler(): void {
    if (this.#resampler) this.#cut(float32ToInt16(this.#resampler.flush()));
  }

  #takeAcknowledgement(ms: number): void {
    const sender = this.#sender;
    if (!sender || !this.#acknowledged.take(ms, sender.sentMs, this.session.clock.nowMs())) return;
    sender.acknowledge(ms);
  }

  /** The words that were heard are known here alone, and the frame overtakes all others that could tell them. */
  #noteHeard(frame: Frame): void {
    const sender = this.#sender;
    if (!sender || this.#closed || sender.playsOn) return;
    const acknowledgedMs = this.#acknowledged.at(this.session.clock.nowMs());
    const by = acknowledgedMs === undefined ? 'estimated' : 'acknowledged';
    const clauses = sender.cut(acknowledgedMs ?? sender.heardMs);
    if (clauses.length > 0 || this.#speech?.speaking === true) noteHeard(frame, { by, clauses });
    this.#acknowledged.reset(sender.sentMs);
  }

  /** Comes after the frame was passed on: the client hears of it once it has been acted upon. */
  #interrupt(frame: InterruptionFrame): void {
    if (this.#source.interruptible) {
      this.#chunker?.clear();
      this.#resampler?.close();
      this.#resampler = undefined;
    }
    const playsOn = this.#sender?.playsOn === true;
    const mark: PlayoutMark | undefined = this.#sender?.interrupt();
    this.#timed?.interrupt();
    if (this.#sender?.hasAudio !== true && !playsOn) this.#speech?.stop();
    if (mark) this.#options.onInterrupted?.(mark);
    // A client that is told drops what it has, and it has what may not be dropped.
    if (!playsOn) this.#write(frame);
  }

  /** Lets the client hear everything, then passes the frame on. */
  async #finish(frame: EndFrame | StopFrame): Promise<void> {
    this.#flushAudio();
    await this.#sender?.drained();
    this.#timed?.flush();
    this.#speech?.stop();
    this.pushFrame(frame);
  }

  #writeAudio(chunk: OutputAudioFrame, heardInMs: number): void {
    if (chunk instanceof TTSAudioRawFrame) this.#speech?.onChunk(heardInMs);
    this.#write(new OutputAudioRawFrame(chunk.audio, chunk.sampleRateHz, chunk.numChannels));
    this.pushFrame(chunk);
  }

  #onSent(frame: Frame): void {
    // Formats with marks put one behind each answer.
    if (!(frame instanceof OutputTransportMessageFrame || frame instanceof TTSStoppedFrame)) return;
    try {
      this.#write(frame);
    } catch (error) {
      this.pushError(error);
    }
  }

  #onHeard(frame: Frame): void {
    if (frame instanceof TTSStoppedFrame) this.#speech?.stop();
    this.pushFrame(frame);
  }

  #write(frame: Frame): void {
    if (this.#gone) return;
    const message = this.#serializer.serialize(frame);
    if (message === null) return;
    if (this.#socket.bufferedAmount > this.#options.maxBufferedBytes) this.#onStalled();
    else this.#socket.send(message);
  }

  #onStalled(): void {
    if (this.#gone) return;
    const error = new SlowcatError('SLOWCAT_CLIENT_STALLED', 'Its socket is closed, it may connect again.');
    this.pushError(error, {
      category: 'connectivity',
      permanent: true,
    });
    this.setGone();
    // A client that reads again within the time that closing may take learns why; the others are cut.
    this.#socket.close(closePolicy, `${error.code}: nothing was read for too long`);
  }
}

const monoOf = (frame: OutputAudioFrame): Float32Array =>
  downmix(int16ToFloat32(frame.audio), frame.numChannels);
