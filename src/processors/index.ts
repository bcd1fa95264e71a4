/** The stages of a spoken conversation. */
export {
  LLMAssistantAggregator,
  type LLMAssistantAggregatorOptions,
} from './context/assistant-aggregator.js';
export {
  LLMContextAggregatorPair,
  type AssistantTurnMessage,
  type ContextAggregatorEvents,
  type ContextAggregatorPairOptions,
  type UserTurnMessage,
} from './context/context-aggregator-pair.js';
export { LLMUserAggregator, type LLMUserAggregatorOptions } from './context/user-aggregator.js';
export { ExternalTurnAggregator } from './context/external-turn-aggregator.js';
export { UserTurnProcessor } from './context/user-turn-processor.js';
export { LLMService, type LLMServiceEvents, type LLMServiceOptions } from './llm/llm-service.js';
export { MemoryRecalledFrame, type RecalledItem } from './memory/memory-frames.js';
export {
  defaultStatelessMemoryOptions,
  type MemorySource,
  type StatelessMemoryProcessorOptions,
  type StatelessMemorySettings,
} from './memory/memory-options.js';
export type { StatelessMemoryStats } from './memory/memory-stats.js';
export { StatelessMemoryProcessor } from './memory/stateless-memory-processor.js';
export { asksToThinkBack } from './memory/think-back.js';
export { TurnLatencyObserver } from './metrics/turn-latency-observer.js';
export type { TurnLatency } from './metrics/turn-latency.js';
export type {
  AudioBufferEvents,
  RecordedAudio,
  RecordedTracks,
  TurnAudioData,
} from './recording/audio-buffer-events.js';
export { AudioBufferProcessor, type AudioBufferOptions } from './recording/audio-buffer-processor.js';
export {
  errorMessage,
  errorResponse,
  rtviMessage,
  rtviProtocolVersion,
  type RtviMessage,
} from './rtvi/messages.js';
export {
  defaultRTVIObserverParams,
  type FunctionCallReportLevel,
  type FunctionCallReportLevels,
  type RTVIObserverParams,
} from './rtvi/observer-params.js';
export {
  RTVIClientMessageFrame,
  RTVIConfigureObserverFrame,
  RTVISendTextFrame,
  RTVIServerMessageFrame,
  RTVIServerResponseFrame,
  RTVIUICancelJobGroupFrame,
  RTVIUICommandFrame,
  RTVIUIEventFrame,
  RTVIUIJobGroupFrame,
  RTVIUISnapshotFrame,
  type RTVIObserverChange,
} from './rtvi/rtvi-frames.js';
export { RTVIObserver, type RTVIObserverOptions } from './rtvi/rtvi-observer.js';
export {
  RTVIProcessor,
  type BotCapabilities,
  type RtviAnswer,
  type RtviClient,
  type RTVIProcessorOptions,
} from './rtvi/rtvi-processor.js';
export type { RtviVersion } from './rtvi/version.js';
export { SegmentedSTTService, type SegmentedSTTOptions } from './stt/segmented-stt-service.js';
export { STTSegmentEmptyFrame, STTSegmentStartedFrame } from './stt/stt-frames.js';
export {
  ClauseAggregator,
  defaultClauseAggregatorOptions,
  type ClauseAggregatorOptions,
} from './tts/clause-aggregator.js';
export { TTSService, type TTSServiceOptions } from './tts/tts-service.js';
export { UserTurnTextFrame } from './turn/user-turn-text-frame.js';
export {
  UserTurn,
  defaultUserTurnOptions,
  type TurnAction,
  type TurnEvent,
  type UserTurnOptions,
} from './turn/user-turn.js';
export { VADProcessor, type VADProcessorOptions } from './vad/vad-processor.js';
export { VadState, defaultVadParams, type VadEvent, type VadParams, type VadPhase } from './vad/vad-state.js';
export { ToolError, defineTool, type ToolInit, type ToolScope } from './tools/define-tool.js';
export { defaultFunctionCallsOptions, type FunctionCallsOptions } from './tools/function-calls.js';
export {
  FunctionSchema,
  ToolsSchema,
  type CheckedArguments,
  type FunctionCallHandler,
  type FunctionCallOptions,
  type FunctionCallParams,
  type FunctionSchemaInit,
} from './tools/function-schema.js';
export { currentTimeTool, type CurrentTimeOptions } from './tools/current-time.js';
export { memoryTools, type MemoryToolsOptions } from './tools/memory-tools.js';
