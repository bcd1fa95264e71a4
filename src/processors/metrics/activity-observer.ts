import { SlowcatError } from '../../errors.js';
import {
  BaseObserver,
  BotStartedSpeakingFrame,
  BotStoppedSpeakingFrame,
  ErrorFrame,
  FatalErrorFrame,
  InputAudioFrame,
  InterruptionFrame,
  LLMContextAssistantTurnFrame,
  LLMContextFrame,
  MetricsFrame,
  OutputAudioFrame,
  UserStartedSpeakingFrame,
  UserStoppedSpeakingFrame,
  type Frame,
  type FramePushed,
} from '../../pipeline/index.js';
import { MemoryRecalledFrame } from '../memory/memory-frames.js';
import type { ActivityListener } from './activity.js';
import type { TurnLatency } from './turn-latency.js';

export interface ActivityObserverOptions {
  /** The name of the processor that sends: audio counts as sent when it passes it on. */
  readonly outputName: string;
  readonly listeners: readonly ActivityListener[];
  /** Awaited when the session has ended, after the listeners were told so. @defaultValue nothing */
  readonly finish?: () => Promise<void>;
}

/** Watches the frames of a session and tells what happened, in a few words that need no pipeline to understand. */
export class ActivityObserver extends BaseObserver {
  override readonly observeEveryPush = false;
  readonly #options: ActivityObserverOptions;
  #lastMs = 0;
  #botSpeaks = false;

  constructor(options: ActivityObserverOptions) {
    super();
    this.#options = options;
  }

  /** Where the milliseconds of an answer went, as a TurnLatencyObserver has it. */
  latency(latency: TurnLatency): void {
    this.#tell({ kind: 'latency', latency });
  }

  override onPushFrame({ frame, firstPush, direction, source, timestampNs }: FramePushed): void {
    if (!firstPush) return;
    const atMs = Number(timestampNs) / 1e6;
    this.#lastMs = atMs;
    if (frame instanceof ErrorFrame || frame instanceof FatalErrorFrame)
      this.#tell({ kind: 'error', atMs, code: codeOf(frame.exception) });
    else if (direction === 'upstream') return;
    else if (frame instanceof InputAudioFrame)
      this.#tell({ kind: 'audio-in', bytes: frame.audio.byteLength });
    else if (frame instanceof OutputAudioFrame) {
      if (source.name === this.#options.outputName)
        this.#tell({ kind: 'audio-out', bytes: frame.audio.byteLength });
    } else this.#onRareFrame(frame, atMs);
  }

  override onPipelineFinished(): Promise<void> | void {
    this.#tell({ kind: 'finished', atMs: this.#lastMs });
    return this.#options.finish?.();
  }

  #onRareFrame(frame: Frame, atMs: number): void {
    if (frame instanceof UserStartedSpeakingFrame) this.#tell({ kind: 'user-started', atMs });
    else if (frame instanceof UserStoppedSpeakingFrame) this.#tell({ kind: 'user-stopped', atMs });
    else if (frame instanceof LLMContextFrame) {
      // What memory puts in is a copy of what was told already.
      if (!frame.metadata['memory']) this.#tell({ kind: 'asked', atMs, text: lastUserText(frame) });
    } else if (frame instanceof MemoryRecalledFrame) {
      const scores = frame.items.map(({ score }) => score);
      this.#tell({ kind: 'recalled', atMs, scores, tookMs: frame.tookMs, late: frame.late });
    } else if (frame instanceof MetricsFrame) this.#onMetrics(frame, atMs);
    else if (frame instanceof BotStartedSpeakingFrame) {
      this.#botSpeaks = true;
      this.#tell({ kind: 'bot-started', atMs });
    } else if (frame instanceof BotStoppedSpeakingFrame) {
      this.#botSpeaks = false;
      this.#tell({ kind: 'bot-stopped', atMs });
    } else if (frame instanceof InterruptionFrame) {
      if (this.#botSpeaks) this.#tell({ kind: 'interrupted', atMs });
    } else if (frame instanceof LLMContextAssistantTurnFrame)
      this.#tell({ kind: 'said', atMs, text: frame.text });
  }

  #onMetrics({ data }: MetricsFrame, atMs: number): void {
    for (const entry of data) {
      if (entry.kind !== 'llm-usage') continue;
      const { promptTokens, completionTokens, cacheReadInputTokens } = entry.usage;
      const cached = cacheReadInputTokens ?? 0;
      this.#tell({ kind: 'tokens', atMs, prompt: promptTokens, completion: completionTokens, cached });
    }
  }

  #tell(activity: Parameters<ActivityListener>[0]): void {
    for (const listener of this.#options.listeners) listener(activity);
  }
}

function codeOf(exception: unknown): string {
  return SlowcatError.isInstance(exception) ? exception.code : 'OTHER';
}

function lastUserText({ context }: LLMContextFrame): string {
  const last = context.messages.findLast(({ role }) => role === 'user');
  return typeof last?.content === 'string' ? last.content : '';
}
