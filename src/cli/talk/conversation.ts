import { setTimeout as sleep } from 'node:timers/promises';
import { VoiceClient, type VoiceEvent } from './voice-client.js';
import { MicrophoneClock, micChunkMs, micSampleRateHz } from './microphone-clock.js';
import { PlaybackPosition } from './playback-position.js';
import { TurnCollector, type CollectorOptions, type TurnReport } from './turn-collector.js';

export interface ConversationOptions {
  readonly url: string;
  readonly collector?: Partial<CollectorOptions>;
  /** Sees everything the server sends, for who wants more than reports. */
  readonly onEvent?: (event: VoiceEvent) => void;
  readonly signal?: AbortSignal;
}

/** A turn, with the sound of the reply. */
export interface ConversationTurn {
  readonly report: TurnReport;
  /** Mono, at `replySampleRateHz`. */
  readonly replyPcm: Int16Array;
  readonly replySampleRateHz: number;
}

/**
 * Talks to a server turn by turn: recordings spoken in real time, or typed lines. Replies are heard in real time, too,
 * and an interruption drops what was not: the server is told what was heard.
 */
export class Conversation {
  readonly #client: VoiceClient;
  readonly #mic = new MicrophoneClock();
  readonly #playback = new PlaybackPosition();
  readonly #timer: NodeJS.Timeout;
  readonly #options: ConversationOptions;
  #collector: TurnCollector | null = null;
  #replySampleRateHz = 24_000;

  private constructor(client: VoiceClient, options: ConversationOptions) {
    this.#client = client;
    this.#options = options;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      for (const chunk of this.#mic.chunksDue(nowMs)) client.sendAudio(chunk, micSampleRateHz);
      const playedMs = this.#playback.due(nowMs);
      if (playedMs !== undefined) client.sendPlayedUpTo(playedMs);
    }, micChunkMs);
  }

  static async open(options: ConversationOptions): Promise<Conversation> {
    const client = await VoiceClient.connect({ url: options.url });
    const conversation = new Conversation(client, options);
    client.listen((event) => conversation.#take(event));
    return conversation;
  }

  /** Speaks a recording (mono, 16 kHz) and waits until its turn is over. */
  async say(pcm16k: Int16Array): Promise<ConversationTurn> {
    const collector = new TurnCollector(this.#options.collector);
    this.#collector = collector;
    this.#mic.play(pcm16k, () => collector.speechEnded(performance.now()));
    return this.#finish(collector);
  }

  /** Types a line and waits until its turn is over. */
  async type(line: string): Promise<ConversationTurn> {
    const collector = new TurnCollector({ ...this.#options.collector, typed: line });
    this.#collector = collector;
    this.#client.sendText(line);
    collector.speechEnded(performance.now());
    return this.#finish(collector);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.close();
  }

  #take(event: VoiceEvent): void {
    this.#options.onEvent?.(event);
    const nowMs = performance.now();
    if (event.type === 'audio') {
      this.#replySampleRateHz = event.sampleRateHz;
      this.#playback.received((event.pcm.length / event.sampleRateHz) * 1000, nowMs);
    } else if (event.type === 'interruption') this.#playback.dropped(nowMs);
    this.#collector?.on(event, nowMs);
  }

  async #finish(collector: TurnCollector): Promise<ConversationTurn> {
    while (!collector.isOver(performance.now())) {
      await sleep(
        micChunkMs,
        undefined,
        this.#options.signal === undefined ? {} : { signal: this.#options.signal },
      );
    }
    this.#collector = null;
    const pieces = collector.takeAudio();
    const replyPcm = new Int16Array(pieces.reduce((total, piece) => total + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      replyPcm.set(piece, at);
      at += piece.length;
    }
    return { report: collector.report(), replyPcm, replySampleRateHz: this.#replySampleRateHz };
  }
}
