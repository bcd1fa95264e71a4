import type { VoiceEvent } from './voice-client.js';

export interface RecalledLine {
  readonly text: string;
  readonly role: string;
  readonly at: string;
  readonly score: number;
}

/** One turn of a conversation as `slowcat talk` reports it. */
export interface TurnReport {
  readonly transcript: string;
  readonly reply: string;
  readonly recalled: readonly RecalledLine[];
  /**
   * Milliseconds by stage as the server measured them (see TurnLatency), `total` from the end of the user's speech
   * to the first reply audio as this client measured it; null when there was no spoken reply.
   */
  readonly ms: Readonly<Record<string, number>> | null;
  readonly interrupted: boolean;
  readonly errors: readonly string[];
}

export interface CollectorOptions {
  /** A turn that has brought no word by then brings none. @defaultValue 4000 */
  readonly silenceMs: number;
  /** A reply that has not begun by then does not come. @defaultValue 60000 */
  readonly replyMs: number;
}

export const defaultCollectorOptions = {
  silenceMs: 4000,
  replyMs: 60_000,
} as const satisfies CollectorOptions;

/**
 * Gathers what the server says about one turn and knows when the turn is over.
 *
 * Pure: events and times come in, the report goes out.
 */
export class TurnCollector {
  readonly #options: CollectorOptions;
  readonly #typed: boolean;
  readonly #transcript: string[] = [];
  #asked: string | null = null;
  readonly #reply: string[] = [];
  readonly #errors: string[] = [];
  readonly #audio: Int16Array[] = [];
  #recalled: readonly RecalledLine[] = [];
  #stages: Record<string, number> = {};
  #speechEndedMs: number | null = null;
  #firstAudioMs: number | null = null;
  #lastEventMs = 0;
  #userSpeaking = false;
  /** The model has begun to answer, whatever became of it. */
  #answered = false;
  #answering = false;
  #synthesising = false;
  #botSpeaking = false;
  #finished = false;
  #interrupted = false;
  #closed = false;

  constructor(options: Partial<CollectorOptions> & { readonly typed?: string } = {}) {
    this.#options = { ...defaultCollectorOptions, ...options };
    this.#typed = options.typed !== undefined;
    if (options.typed !== undefined) this.#transcript.push(options.typed);
  }

  /** Notes when the user's last sound was sent. Events before it may belong to the turn already. */
  speechEnded(nowMs: number): void {
    this.#speechEndedMs = nowMs;
    this.#lastEventMs = Math.max(this.#lastEventMs, nowMs);
  }

  on(event: VoiceEvent, nowMs: number): void {
    switch (event.type) {
      case 'audio':
        this.#firstAudioMs ??= nowMs;
        this.#audio.push(event.pcm);
        this.#lastEventMs = nowMs;
        return;
      case 'interruption':
        return;
      case 'closed':
        this.#errors.push(`The server closed the connection (${event.code} ${event.reason})`);
        this.#closed = true;
        return;
      case 'message':
        this.#lastEventMs = nowMs;
        this.#message(event.name, event.data);
    }
  }

  /** True when nothing more belongs to the turn. */
  isOver(nowMs: number): boolean {
    if (this.#closed) return true;
    if (this.#speechEndedMs === null || this.#userSpeaking || this.#botSpeaking) return false;
    if (this.#finished) return true;
    const unanswered = this.#transcript.length > 0 && !this.#answered;
    const waiting = unanswered || this.#answering || this.#synthesising;
    return nowMs - this.#lastEventMs >= (waiting ? this.#options.replyMs : this.#options.silenceMs);
  }

  report(): TurnReport {
    const total =
      this.#firstAudioMs === null ? null : this.#firstAudioMs - (this.#speechEndedMs ?? this.#firstAudioMs);
    return {
      transcript: this.#asked ?? this.#transcript.join(' '),
      reply: this.#reply.join(' '),
      recalled: this.#recalled,
      ms: total === null ? null : { ...this.#stages, total: Math.round(total) },
      interrupted: this.#interrupted,
      errors: this.#errors,
    };
  }

  /** The reply's sound, at the rate that the server sends. */
  takeAudio(): Int16Array[] {
    return this.#audio.splice(0);
  }

  #message(name: string, data: Readonly<Record<string, unknown>>): void {
    const text = typeof data['text'] === 'string' ? data['text'] : '';
    switch (name) {
      case 'user-started-speaking':
        this.#userSpeaking = true;
        if (this.#botSpeaking) this.#interrupted = true;
        // What was said into the middle of the recording answers a part of it; the reply to its end is yet to come.
        this.#firstAudioMs = null;
        this.#finished = false;
        return;
      case 'user-stopped-speaking':
        this.#userSpeaking = false;
        return;
      case 'user-transcription':
        if (data['final'] === true && !this.#typed && text !== '') this.#transcript.push(text);
        return;
      case 'user-llm-text':
        // What the model is asked: the whole turn, heard in one piece.
        if (!this.#typed) this.#asked = text;
        return;
      case 'bot-llm-started':
        this.#answered = true;
        this.#answering = true;
        this.#finished = false;
        return;
      case 'bot-llm-stopped':
        this.#answering = false;
        return;
      case 'bot-tts-started':
      case 'bot-tts-stopped':
        this.#synthesising = name === 'bot-tts-started';
        return;
      case 'bot-started-speaking':
        this.#botSpeaking = true;
        return;
      case 'bot-tts-text':
        this.#reply.push(text);
        return;
      case 'bot-stopped-speaking':
        this.#botSpeaking = false;
        this.#finished = !this.#answering;
        return;
      case 'server-message':
        this.#serverMessage(data);
        return;
      case 'error':
        this.#errors.push(typeof data['error'] === 'string' ? data['error'] : 'The server reports an error.');
        return;
      default:
        return;
    }
  }

  #serverMessage(data: Readonly<Record<string, unknown>>): void {
    if (data['type'] === 'slowcat-recall' && Array.isArray(data['items'])) {
      this.#recalled = data['items'] as readonly RecalledLine[];
    } else if (data['type'] === 'slowcat-latency' && typeof data['ms'] === 'object') {
      this.#stages = { ...(data['ms'] as Record<string, number>) };
    }
  }
}
