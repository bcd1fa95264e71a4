import type { Logger } from 'pino';
import type { Config } from '../config/index.js';
import type { Memory } from '../memory/memory.js';
import { LLMContext, PipelineTask, type Clock, type FrameProcessor } from '../pipeline/index.js';
import { LLMAssistantAggregator } from '../processors/context/assistant-aggregator.js';
import { LLMUserAggregator } from '../processors/context/user-aggregator.js';
import { distinctNames } from '../processors/stt/distinct-names.js';
import { LLMService } from '../processors/llm/llm-service.js';
import { StatelessMemoryProcessor } from '../processors/memory/stateless-memory-processor.js';
import { TurnLatencyObserver } from '../processors/metrics/turn-latency-observer.js';
import { rtviMessage } from '../processors/rtvi/messages.js';
import { RTVIObserver } from '../processors/rtvi/rtvi-observer.js';
import { RTVIProcessor } from '../processors/rtvi/rtvi-processor.js';
import { SegmentedSTTService } from '../processors/stt/segmented-stt-service.js';
import { TTSService } from '../processors/tts/tts-service.js';
import { VADProcessor } from '../processors/vad/vad-processor.js';
import { wireFormatFromQuery } from '../transport/serializers/wire-format.js';
import { WebSocketTransport } from '../transport/websocket/websocket-transport.js';
import { botTools } from './bot-tools.js';
import type { VoiceEngines } from './engines.js';
import type { ServerMetrics } from './metrics/server-metrics.js';
import { watchSession } from './metrics/session-watch.js';
import type { Session, SessionConnection, SessionFactory } from './session.js';

export interface VoiceSessionOptions {
  readonly config: Config;
  readonly engines: VoiceEngines;
  /** Absent when memory is switched off. */
  readonly memory?: Memory;
  readonly logger: Logger;
  /** Counts what happens. @defaultValue nobody does */
  readonly metrics?: ServerMetrics;
  /** @defaultValue the system's */
  readonly clock?: Clock;
}

/** Builds, for each socket, the pipeline of a spoken conversation over the shared engines. */
export function voiceSessions(options: VoiceSessionOptions): SessionFactory {
  return (connection) => Promise.resolve(new VoiceSession(connection, options));
}

class VoiceSession implements Session {
  readonly #task: PipelineTask;
  readonly #connection: SessionConnection;

  constructor(connection: SessionConnection, options: VoiceSessionOptions) {
    const { config, logger, metrics, clock } = options;
    this.#connection = connection;
    const format = wireFormatFromQuery(connection.query);
    const transport = new WebSocketTransport(
      connection.socket,
      {
        audioOutSampleRateHz: format.audioOutSampleRateHz,
        onDisconnected: () => {
          this.#task.cancel('the client has gone');
        },
      },
      format.serializer,
    );
    const rtvi = new RTVIProcessor({
      about: { library: 'slowcat' },
      flush: () => this.#task.flush(),
      evals: config.evals,
    });
    const watch = watchSession({
      config,
      logger,
      metrics,
      sessionId: connection.sessionId,
      outputName: transport.output().name,
    });
    this.#task = new PipelineTask(conversation(transport, rtvi, connection, options), {
      name: connection.sessionId,
      params: { enableMetrics: true, enableUsageMetrics: true },
      logger: logger.child({ session: connection.sessionId }),
      ...(clock === undefined ? {} : { clock }),
      observers: [
        new RTVIObserver({
          send: (message) => rtvi.send(message),
          output: transport.output(),
          clientVersion: () => rtvi.clientVersion,
        }),
        new TurnLatencyObserver((ms) => {
          watch.latency(ms);
          rtvi.send(rtviMessage('server-message', { type: 'slowcat-latency', ms }));
        }),
        watch,
      ],
    });
    logger.debug({ session: connection.sessionId, voice: config.voice }, 'session opened');
  }

  async run(): Promise<void> {
    await this.#task.run();
    this.#connection.socket.close(1001, 'the session has ended');
  }

  async close(reason?: string): Promise<void> {
    this.#task.cancel(reason);
    await this.#task.run();
  }
}

/** The processors of a conversation, in Pipecat's order. */
function conversation(
  transport: WebSocketTransport,
  rtvi: RTVIProcessor,
  connection: SessionConnection,
  { config, engines, memory }: VoiceSessionOptions,
): FrameProcessor[] {
  const user = memory?.user(connection.userId);
  const tools = botTools({ config, llm: engines.llm, memory: user, sessionId: connection.sessionId });
  const context = new LLMContext([{ role: 'system', content: config.systemPrompt }], tools);
  const remembering =
    user &&
    new StatelessMemoryProcessor({
      memory: user,
      speakerId: connection.userId,
      sessionId: connection.sessionId,
      maxContextTokens: config.memoryBudgetTokens,
      deadlineMs: config.memoryDeadlineMs,
      maxItems: config.memoryMaxItems,
      position: config.memoryPosition,
      useStatelessMemory: config.useStatelessMemory,
      countTokens: (text) => engines.llm.countTokens(text),
      ...(config.useMemoryModel
        ? { memoryModel: engines.llm, memoryModelDeadlineMs: config.memoryModelDeadlineMs }
        : {}),
    });
  return [
    transport.input(),
    rtvi,
    new VADProcessor({
      vad: engines.vad,
      params: {
        confidence: config.vadConfidence,
        startMs: config.vadStartMs,
        stopMs: config.vadStopMs,
        minVolume: config.vadMinVolume,
      },
    }),
    new SegmentedSTTService({
      stt: engines.stt,
      userId: connection.userId,
      interimResults: config.interimResults,
      ...(user === undefined
        ? {}
        : { prompt: async () => primer(distinctNames(await user.knownNames(maxPrimedNames))) }),
    }),
    new LLMUserAggregator({
      context,
      turn: { speechTimeoutMs: config.speechTimeoutMs, incompleteTimeoutMs: config.incompleteTimeoutMs },
      ...(engines.turnEnd === undefined ? {} : { turnEnd: engines.turnEnd }),
    }),
    ...(remembering === undefined ? [] : [remembering]),
    new LLMService({
      llm: engines.llm,
      maxAnswerTokens: config.maxAnswerTokens,
      preset: config.contextPreset,
      // Traditional memory is the whole history, as far as the model can see it.
      foldHistory: config.useStatelessMemory,
      userId: connection.userId,
    }),
    new TTSService({ tts: engines.tts, voice: config.voice, speed: config.speed }),
    transport.output(),
    new LLMAssistantAggregator({
      context,
      onTurn: (text, interrupted) => remembering?.assistantSaid(text, interrupted),
    }),
  ];
}

/** Names beyond this many crowd out the words of the moment. */
const maxPrimedNames = 12;

/** A prompt in the style of a transcript: Whisper continues it, with these spellings at hand. */
function primer(names: readonly string[]): string {
  return names.length === 0 ? '' : `${names.join(', ')}.`;
}
