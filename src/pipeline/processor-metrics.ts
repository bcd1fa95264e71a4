import { MetricsFrame } from './frames/index.js';
import type { LLMTokenUsage, MetricsData } from './metrics-data.js';
import type { FrameProcessorSetup } from './processor-setup.js';

/** What the metrics need of their processor. */
export interface MetricsHost {
  readonly name: string;
  canGenerateMetrics(): boolean;
  pushFrame(frame: MetricsFrame): void;
}

type Stopwatch = 'ttfb' | 'processing' | 'text-aggregation';

/**
 * Stopwatches and counters of one processor. Each result goes downstream in a MetricsFrame, if the session
 * has metrics switched on and the processor says that it can generate them.
 */
export class ProcessorMetrics {
  readonly #host: MetricsHost;
  readonly #startedMs = new Map<Stopwatch, number>();
  #setup: FrameProcessorSetup | undefined;
  #ttfbReported = false;
  /** Name of the model that does the work, for the reports. */
  model: string | undefined;

  constructor(host: MetricsHost) {
    this.#host = host;
  }

  /** @internal */
  begin(setup: FrameProcessorSetup): void {
    this.#setup = setup;
  }

  /** Starts the time to first byte: a request goes out. */
  startTtfb(): void {
    if (this.#setup?.reportOnlyInitialTtfb === true && this.#ttfbReported) return;
    this.#start('ttfb');
  }

  /** The first byte of the answer is here. @returns seconds, undefined when the watch did not run */
  stopTtfb(): number | undefined {
    const seconds = this.#stop('ttfb');
    if (seconds !== undefined) this.#ttfbReported = true;
    return seconds;
  }

  startProcessing(): void {
    this.#start('processing');
  }

  stopProcessing(): number | undefined {
    return this.#stop('processing');
  }

  /** The first token of an answer is here; a clause that can be spoken is not. */
  startTextAggregation(): void {
    this.#start('text-aggregation');
  }

  stopTextAggregation(): number | undefined {
    return this.#stop('text-aggregation');
  }

  /** Time to the first audible sample. */
  reportTtfa(ttfbSecs: number, leadingSilenceSecs: number): void {
    const ttfaSecs = ttfbSecs + leadingSilenceSecs;
    this.#report({ kind: 'ttfa', ttfaSecs, ttfbSecs, leadingSilenceSecs, ...this.#who() });
  }

  /** Time to the first token after the model's thinking. */
  reportTtfat(ttfbSecs: number, thinkingSecs: number): void {
    const ttfatSecs = ttfbSecs + thinkingSecs;
    this.#report({ kind: 'ttfat', ttfatSecs, ttfbSecs, thinkingSecs, ...this.#who() });
  }

  reportLlmUsage(usage: LLMTokenUsage): void {
    this.#reportUsage({ kind: 'llm-usage', usage, ...this.#who() });
  }

  reportSttUsage(audioSecs: number): void {
    this.#reportUsage({ kind: 'stt-usage', audioSecs, ...this.#who() });
  }

  reportTtsUsage(characters: number): void {
    this.#reportUsage({ kind: 'tts-usage', characters, ...this.#who() });
  }

  reportTurn(isComplete: boolean, probability: number, processingMs: number): void {
    this.#report({ kind: 'turn', isComplete, probability, processingMs, ...this.#who() });
  }

  /** Stops every watch that runs and reports what it shows. */
  stopAll(): void {
    for (const watch of [...this.#startedMs.keys()]) {
      if (watch === 'ttfb') this.stopTtfb();
      else this.#stop(watch);
    }
  }

  #start(watch: Stopwatch): void {
    if (this.#setup) this.#startedMs.set(watch, this.#setup.clock.nowMs());
  }

  #stop(watch: Stopwatch): number | undefined {
    const startedMs = this.#startedMs.get(watch);
    if (startedMs === undefined || !this.#setup) return undefined;
    this.#startedMs.delete(watch);
    const valueSecs = (this.#setup.clock.nowMs() - startedMs) / 1000;
    this.#report({ kind: watch, valueSecs, ...this.#who() });
    return valueSecs;
  }

  #who(): { processor: string; model?: string } {
    const processor = this.#host.name;
    return this.model === undefined ? { processor } : { processor, model: this.model };
  }

  #report(data: MetricsData): void {
    if (this.#setup?.enableMetrics === true) this.#push(data);
  }

  #reportUsage(data: MetricsData): void {
    if (this.#setup?.enableUsageMetrics === true) this.#push(data);
  }

  #push(data: MetricsData): void {
    if (this.#host.canGenerateMetrics()) this.#host.pushFrame(new MetricsFrame([data]));
  }
}
