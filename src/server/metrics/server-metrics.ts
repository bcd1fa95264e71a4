import { setImmediate } from 'node:timers/promises';

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { SlowcatError, errorTable, type ErrorCode } from '../../errors.js';
import type { ActivityListener } from '../../processors/metrics/activity.js';
import type { Session, SessionFactory } from '../session.js';

/** Seconds; from what a recall takes to what nobody waits for. */
const stageBuckets = [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];
const recallBuckets = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.25, 1, 3];

let ofProcess: Registry | undefined;

/** Event loop, memory, garbage collection: one registry a process, because its observers cannot be taken off again. */
const processRegistry = (): Registry => {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
};

/** What is connected at the moment of asking. */
export interface Connections {
  readonly sessions: number;
  readonly bridges: number;
}

/**
 * The figures of one server, as Prometheus reads them.
 *
 * Counts only; labels come from closed lists of the code (stages, error codes, directions), never from what somebody
 * said, nor from who it was. Nothing is computed before somebody asks.
 */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #sessions = this.#gauge('slowcat_sessions', 'Sessions that run now');
  readonly #bridges = this.#gauge('slowcat_bridges', 'Programs at the bridge now');
  readonly #sessionsTotal = this.#counter('slowcat_sessions_total', 'Sessions that have begun');
  readonly #turns = this.#counter('slowcat_turns_total', 'Turns that the language model was asked');
  readonly #answers = this.#counter('slowcat_answers_total', 'Turns whose answer was heard to begin');
  readonly #interruptions = this.#counter('slowcat_interruptions_total', 'Answers cut short by the user');
  readonly #recalled = this.#counter('slowcat_recalled_memories_total', 'Memories that recall has brought');
  readonly #late = this.#counter('slowcat_recalls_late_total', 'Recalls that their deadline cut short');
  readonly #errors = new Counter({
    name: 'slowcat_errors_total',
    help: 'Errors by code, see docs/errors.md',
    labelNames: ['code'],
    registers: [this.#registry],
  });
  readonly #audio = new Counter({
    name: 'slowcat_audio_bytes_total',
    help: 'Bytes of 16-bit audio: in as the pipeline takes it, out as it was sent',
    labelNames: ['direction'],
    registers: [this.#registry],
  });
  readonly #tokens = new Counter({
    name: 'slowcat_llm_tokens_total',
    help: 'Tokens of the language model; cached ones are among those of the prompt',
    labelNames: ['kind'],
    registers: [this.#registry],
  });
  readonly #stages = new Histogram({
    name: 'slowcat_stage_seconds',
    help: 'Where the time of an answer went; total is from the end of speech to the first sound',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers: [this.#registry],
  });
  readonly #recall = new Histogram({
    name: 'slowcat_recall_seconds',
    help: 'What recall took',
    buckets: recallBuckets,
    registers: [this.#registry],
  });

  constructor() {
    processRegistry();
  }

  /** Media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in Prometheus' text format 0.0.4. */
  async text(connections: Connections): Promise<string> {
    this.#sessions.set(connections.sessions);
    this.#bridges.set(connections.bridges);
    const ours = await this.#registry.metrics();
    // Each half takes about a millisecond; audio goes in between.
    await setImmediate();
    return `${ours}${await processRegistry().metrics()}`;
  }

  /** Counts an error. What is no SlowcatError counts as `OTHER`. */
  failed(error: unknown): void {
    this.#countError(SlowcatError.isInstance(error) ? error.code : 'OTHER');
  }

  /** Counts a connection that was not let in. */
  refused(code: ErrorCode): void {
    this.#countError(code);
  }

  /** The same factory, with its sessions counted, and what they fail of. */
  counting(factory: SessionFactory): SessionFactory {
    return async (connection) => {
      this.#sessionsTotal.inc();
      const session = await this.#counted(() => factory(connection));
      const counted: Session = {
        run: () => this.#counted(() => session.run()),
        close: (reason) => session.close(reason),
      };
      return counted;
    };
  }

  /** Counts what happens in a session. A field, so that it can be handed on. */
  readonly listen: ActivityListener = (activity) => {
    switch (activity.kind) {
      case 'audio-in':
        this.#audio.inc({ direction: 'in' }, activity.bytes);
        return;
      case 'audio-out':
        this.#audio.inc({ direction: 'out' }, activity.bytes);
        return;
      case 'asked':
        this.#turns.inc();
        return;
      case 'recalled':
        this.#recall.observe(activity.tookMs / 1000);
        this.#recalled.inc(activity.scores.length);
        if (activity.late) this.#late.inc();
        return;
      case 'tokens':
        this.#tokens.inc({ kind: 'prompt' }, activity.prompt);
        this.#tokens.inc({ kind: 'completion' }, activity.completion);
        this.#tokens.inc({ kind: 'cached' }, activity.cached);
        return;
      case 'latency':
        this.#answers.inc();
        for (const [stage, ms] of Object.entries(activity.latency) as [string, number][])
          this.#stages.observe({ stage }, ms / 1000);
        return;
      case 'interrupted':
        this.#interruptions.inc();
        return;
      case 'error':
        this.#countError(activity.code);
        return;
      default:
        return;
    }
  };

  #countError(code: string): void {
    this.#errors.inc({ code: Object.hasOwn(errorTable, code) ? code : 'OTHER' });
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] });
  }
}
