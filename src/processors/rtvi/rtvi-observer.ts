import {
  AggregatedTextFrame,
  BaseObserver,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  InterimTranscriptionFrame,
  InterruptionFrame,
  LLMContextFrame,
  LLMFullResponseEndFrame,
  LLMFullResponseStartFrame,
  LLMTextFrame,
  MetricsFrame,
  TTSStartedFrame,
  TTSStoppedFrame,
  TTSTextFrame,
  TranscriptionFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  type Frame,
  type FramePushed,
  type ProcessorRef,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import { rtviMessage, type RtviMessage } from './messages.js';
import { metricsMessage } from './metrics-message.js';
import { errorMessage } from './rtvi-processor.js';

export interface RTVIObserverOptions {
  readonly send: (message: RtviMessage) => void;
  /** The output transport: what has passed it was played. */
  readonly output: ProcessorRef;
}

/**
 * Tells an RTVI client what goes on, by watching the frames of its session.
 *
 * Most messages are sent when a frame is pushed for the first time. What was spoken is told when its text leaves the
 * output transport, behind its audio.
 */
export class RTVIObserver extends BaseObserver {
  readonly #send: (message: RtviMessage) => void;
  readonly #output: ProcessorRef;
  /** Sentences announced and not yet spoken, oldest first. */
  #announced: { readonly segmentId: number; readonly text: string }[] = [];
  /** Announcements that wait for the bot's first sound. */
  #held: RtviMessage[] = [];
  #botSpeaking = false;

  constructor(options: RTVIObserverOptions) {
    super();
    this.#send = options.send;
    this.#output = options.output;
  }

  override onPushFrame({ frame, source, direction, firstPush }: FramePushed): void {
    if (source === this.#output && direction === 'downstream') this.#onPlayed(frame);
    // Of a broadcast, the copy that goes downstream speaks for both.
    if (!firstPush || (direction === 'upstream' && frame.broadcastSiblingId !== null)) return;
    if (frame instanceof ErrorFrame) this.#send(errorMessage(frame.error));
    else if (frame instanceof TranscriptionFrame) this.#onTranscript(frame, true);
    else if (frame instanceof InterimTranscriptionFrame) this.#onTranscript(frame, false);
    else if (frame instanceof LLMContextFrame) this.#onContext(frame);
    else if (frame instanceof LLMTextFrame) this.#send(rtviMessage('bot-llm-text', { text: frame.text }));
    else if (frame instanceof MetricsFrame) this.#send(metricsMessage(frame.data));
    else if (frame instanceof MemoryRecalledFrame) this.#onRecalled(frame);
    else this.#onSignal(frame);
  }

  #onSignal(frame: Frame): void {
    if (frame instanceof UserStartedSpeakingFrame) this.#send(rtviMessage('user-started-speaking'));
    else if (frame instanceof UserStoppedSpeakingFrame) this.#send(rtviMessage('user-stopped-speaking'));
    else if (frame instanceof LLMFullResponseStartFrame) this.#send(rtviMessage('bot-llm-started'));
    else if (frame instanceof LLMFullResponseEndFrame) this.#send(rtviMessage('bot-llm-stopped'));
    else if (frame instanceof TTSStartedFrame) this.#send(rtviMessage('bot-tts-started'));
    else if (frame instanceof TTSStoppedFrame) this.#send(rtviMessage('bot-tts-stopped'));
    else if (frame instanceof InterruptionFrame) {
      this.#announced = [];
      this.#held = [];
      this.#send(rtviMessage('bot-interrupted'));
    } else if (frame instanceof BotStartedSpeakingFrame) {
      this.#botSpeaking = true;
      this.#send(rtviMessage('bot-started-speaking'));
      for (const message of this.#held.splice(0)) this.#send(message);
    } else if (frame instanceof BotStoppedSpeakingFrame) {
      this.#botSpeaking = false;
      this.#send(rtviMessage('bot-stopped-speaking'));
    }
  }

  #onPlayed(frame: Frame): void {
    if (frame instanceof AggregatedTextFrame) {
      this.#announced.push({ segmentId: frame.id, text: frame.text });
      const message = this.#botOutput(frame.id, frame.text, 'new');
      if (this.#botSpeaking) this.#send(message);
      else this.#held.push(message);
    } else if (frame instanceof TTSTextFrame) {
      const announced = this.#announced.shift();
      this.#send(this.#botOutput(announced?.segmentId ?? frame.id, frame.text, 'completed'));
      this.#send(rtviMessage('bot-tts-text', { text: frame.text }));
    }
  }

  #botOutput(segmentId: number, text: string, status: 'new' | 'completed'): RtviMessage {
    const spoken = status === 'completed';
    return rtviMessage('bot-output', {
      text,
      output_type: 'sentence',
      text_type: 'sentence',
      aggregated_by: 'sentence',
      segment_id: segmentId,
      will_be_spoken: true,
      spoken_status: status,
      spoken_progress: { accumulated_text: spoken ? text : '', remaining_text: spoken ? '' : text },
      spoken,
    });
  }

  #onTranscript(frame: TranscriptionFrame | InterimTranscriptionFrame, final: boolean): void {
    const { text, userId, timestamp } = frame;
    this.#send(
      rtviMessage('user-input', { text, input_type: 'transcription', timestamp, final, user_id: userId }),
    );
    this.#send(rtviMessage('user-transcription', { text, user_id: userId, timestamp, final }));
  }

  #onContext(frame: LLMContextFrame): void {
    const last = frame.context.messages.at(-1);
    if (last?.role === 'user' && frame.metadata['memory'] !== true) {
      this.#send(rtviMessage('user-llm-text', { text: last.content }));
    }
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
