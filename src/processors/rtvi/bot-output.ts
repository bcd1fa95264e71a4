import type { AggregatedTextFrame, AggregatedTextProgressFrame } from '../../pipeline/index.js';
import { TTSTextFrame, type TextType } from '../../pipeline/index.js';
import { rtviMessage, type RtviMessage } from './messages.js';
import type { RTVIObserverParams } from './observer-params.js';
import { hasRawText, isLegacy, type RtviVersion } from './version.js';

/** What has been said of a segment. */
type SpokenStatus = 'new' | 'in-progress' | 'completed';

/**
 * Tells what the bot says: `bot-output`, `bot-tts-text` and `tts-raw-text`.
 *
 * A sentence is announced as `new` when its text leaves the output transport, but not before the bot's first sound,
 * and is `completed` when it has been heard. All messages about it bear the same segment id.
 */
export class BotOutputReports {
  readonly #send: (message: RtviMessage) => void;
  readonly #params: () => RTVIObserverParams;
  readonly #client: () => RtviVersion;
  /** Segments that were announced and are not yet spoken, oldest first. */
  #announced: { readonly segmentId: number; readonly text: string }[] = [];
  /** What waits for the bot's first sound. */
  #held: (AggregatedTextFrame | TTSTextFrame)[] = [];
  #speaking = false;

  constructor(
    send: (message: RtviMessage) => void,
    params: () => RTVIObserverParams,
    client: () => RtviVersion,
  ) {
    this.#send = send;
    this.#params = params;
    this.#client = client;
  }

  onBotStarted(): void {
    for (const frame of this.#held.splice(0)) this.#report(frame);
    this.#speaking = true;
  }

  onBotStopped(): void {
    this.#speaking = false;
  }

  /** What the interruption has dropped is not told any more. */
  onInterrupted(): void {
    this.#announced = [];
    this.#held = this.#held.filter((frame) => !frame.interruptible);
  }

  /** A text has left the output transport. */
  onText(frame: AggregatedTextFrame | TTSTextFrame): void {
    // Text that is not spoken has no sound to wait for, only text that came before it.
    const goes = this.#speaking || (frame.skipTts === true && this.#held.length === 0);
    if (goes) this.#report(frame);
    else this.#held.push(frame);
  }

  /** A word has been spoken. Clients of version 1 know no progress. */
  onProgress(frame: AggregatedTextProgressFrame): void {
    const { segmentId, text, textType, accumulatedText, remainingText } = frame;
    if (this.#isSkipped(textType) || isLegacy(this.#client()) || !this.#params().botOutputEnabled) return;
    const status = remainingText === '' ? 'completed' : 'in-progress';
    const progress = { accumulated_text: accumulatedText, remaining_text: remainingText };
    this.#send(botOutput({ text, textType, segmentId, willBeSpoken: true, status, progress }));
  }

  #report(frame: AggregatedTextFrame | TTSTextFrame): void {
    const { text, textType } = frame;
    const isSpoken = frame instanceof TTSTextFrame;
    const segmentId = isSpoken ? this.#segmentOf(frame) : frame.id;
    if (this.#isSkipped(textType)) return;
    const params = this.#params();
    // Clients of version 2 get words as progress instead.
    const isPiece = textType === 'word' || textType === 'token';
    if (params.botOutputEnabled && (!isPiece || isLegacy(this.#client()))) {
      if (!isSpoken && frame.willBeSpoken) this.#announced.push({ segmentId, text });
      const { willBeSpoken } = frame;
      const status = willBeSpoken && isSpoken ? 'completed' : 'new';
      const progress = willBeSpoken
        ? { accumulated_text: isSpoken ? text : '', remaining_text: isSpoken ? '' : text }
        : null;
      const spoken = isSpoken;
      this.#send(botOutput({ text, textType, segmentId, willBeSpoken, status, progress, spoken }));
    }
    if (!isSpoken) return;
    if (params.ttsRawTextEnabled && hasRawText(this.#client()))
      this.#send(rtviMessage('tts-raw-text', { text }));
    if (params.botTtsEnabled) this.#send(rtviMessage('bot-tts-text', { text }));
  }

  /** A voice that does not name the segment speaks them in order; one that it could not speak is passed over. */
  #segmentOf(frame: TTSTextFrame): number {
    const at = this.#announced.findIndex(({ segmentId, text }) =>
      frame.segmentId === null ? text === frame.text : segmentId === frame.segmentId,
    );
    if (at < 0) return frame.segmentId ?? frame.id;
    return this.#announced.splice(0, at + 1).at(-1)?.segmentId ?? frame.id;
  }

  #isSkipped(textType: TextType): boolean {
    // An older client would take a backchannel for a part of the answer.
    if (textType === 'backchannel' && !hasRawText(this.#client())) return true;
    return this.#params().skipTextTypes.includes(textType);
  }
}

function botOutput(output: {
  readonly text: string;
  readonly textType: TextType;
  readonly segmentId: number;
  readonly willBeSpoken: boolean;
  readonly status: SpokenStatus;
  readonly progress: { readonly accumulated_text: string; readonly remaining_text: string } | null;
  /** For clients of version 1. */
  readonly spoken?: boolean;
}): RtviMessage {
  const { text, textType, segmentId, willBeSpoken, status, progress, spoken } = output;
  return rtviMessage('bot-output', {
    text,
    output_type: textType,
    text_type: textType,
    aggregated_by: textType,
    segment_id: segmentId,
    ...(spoken === undefined ? {} : { spoken }),
    will_be_spoken: willBeSpoken,
    spoken_status: status,
    ...(progress === null ? {} : { spoken_progress: progress }),
  });
}
