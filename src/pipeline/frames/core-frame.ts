import type * as systemLifecycle from './system-lifecycle.js';
import type * as systemSpeech from './system-speech.js';
import type * as systemInput from './system-input.js';
import type * as systemFunctionCalls from './system-function-calls.js';
import type * as controlLifecycle from './control-lifecycle.js';
import type * as controlLlm from './control-llm.js';
import type * as controlMedia from './control-media.js';
import type * as dataAudio from './data-audio.js';
import type * as dataText from './data-text.js';
import type * as dataLlm from './data-llm.js';

/** Every system frame of Slowcat. */
export type CoreSystemFrame =
  | systemLifecycle.StartFrame
  | systemLifecycle.CancelFrame
  | systemLifecycle.ErrorFrame
  | systemLifecycle.FatalErrorFrame
  | systemLifecycle.InterruptionFrame
  | systemLifecycle.CancelWorkerFrame
  | systemLifecycle.InterruptionWorkerFrame
  | systemLifecycle.FrameProcessorPauseUrgentFrame
  | systemLifecycle.FrameProcessorResumeUrgentFrame
  | systemLifecycle.FrameProcessorResumeFrame
  | systemLifecycle.MetricsFrame
  | systemLifecycle.BotConnectedFrame
  | systemLifecycle.ClientConnectedFrame
  | systemLifecycle.ServiceMetadataFrame
  | systemLifecycle.STTMetadataFrame
  | systemLifecycle.LLMServiceMetadataFrame
  | systemSpeech.UserStartedSpeakingFrame
  | systemSpeech.UserStoppedSpeakingFrame
  | systemSpeech.UserSpeakingFrame
  | systemSpeech.VADUserStartedSpeakingFrame
  | systemSpeech.VADUserStoppedSpeakingFrame
  | systemSpeech.ProposedUserStartedSpeakingFrame
  | systemSpeech.UserTurnInferenceCompletedFrame
  | systemSpeech.EagerEndOfTurnCancelFrame
  | systemSpeech.UserMuteStartedFrame
  | systemSpeech.UserMuteStoppedFrame
  | systemSpeech.BotStartedSpeakingFrame
  | systemSpeech.BotStoppedSpeakingFrame
  | systemSpeech.BotSpeakingFrame
  | systemSpeech.STTMuteFrame
  | systemSpeech.SpeechControlParamsFrame
  | systemSpeech.UserIdleTimeoutUpdateFrame
  | systemInput.InputAudioRawFrame
  | systemInput.UserAudioRawFrame
  | systemInput.InputImageRawFrame
  | systemInput.UserImageRawFrame
  | systemInput.UserImageRequestFrame
  | systemInput.InputFileRawFrame
  | systemInput.UserFileRawFrame
  | systemInput.InputTextRawFrame
  | systemInput.InputDTMFFrame
  | systemInput.OutputDTMFUrgentFrame
  | systemInput.InputTransportMessageFrame
  | systemInput.OutputTransportMessageUrgentFrame
  | systemFunctionCalls.FunctionCallsStartedFrame
  | systemFunctionCalls.FunctionCallCancelFrame
  | systemFunctionCalls.ExternalFunctionCallsStartedFrame
  | systemFunctionCalls.ExternalFunctionCallInProgressFrame
  | systemFunctionCalls.ExternalFunctionCallResultFrame
  | systemFunctionCalls.ExternalFunctionCallCancelFrame;

/** Every data frame of Slowcat. */
export type CoreDataFrame =
  | dataAudio.OutputAudioRawFrame
  | dataAudio.TTSAudioRawFrame
  | dataAudio.SpeechOutputAudioRawFrame
  | dataAudio.OutputTransportMessageFrame
  | dataAudio.OutputDTMFFrame
  | dataAudio.OutputImageRawFrame
  | dataAudio.AssistantImageRawFrame
  | dataAudio.URLImageRawFrame
  | dataAudio.SpriteFrame
  | dataText.TextFrame
  | dataText.LLMTextFrame
  | dataText.VisionTextFrame
  | dataText.AggregatedTextFrame
  | dataText.TTSTextFrame
  | dataText.AggregatedTextProgressFrame
  | dataText.TranscriptionFrame
  | dataText.InterimTranscriptionFrame
  | dataText.EagerTranscriptionFrame
  | dataText.TranslationFrame
  | dataText.UserBackchannelFrame
  | dataText.TTSSpeakFrame
  | dataText.BotBackchannelFrame
  | dataLlm.LLMContextFrame
  | dataLlm.LLMRunFrame
  | dataLlm.LLMMessagesAppendFrame
  | dataLlm.LLMMessagesUpdateFrame
  | dataLlm.LLMMessagesTransformFrame
  | dataLlm.LLMSetToolsFrame
  | dataLlm.LLMSetToolChoiceFrame
  | dataLlm.LLMEnablePromptCachingFrame
  | dataLlm.LLMConfigureOutputFrame
  | dataLlm.LLMMarkerFrame
  | dataLlm.LLMMarkerResponseFrame
  | dataLlm.LLMThoughtTextFrame
  | dataLlm.LLMContextAssistantTimestampFrame
  | dataLlm.LLMContextAssistantTurnFrame
  | dataLlm.LLMContextUserTurnFrame
  | dataLlm.FunctionCallResultFrame;

/** Every control frame of Slowcat. */
export type CoreControlFrame =
  | controlLifecycle.EndFrame
  | controlLifecycle.StopFrame
  | controlLifecycle.EndWorkerFrame
  | controlLifecycle.StopWorkerFrame
  | controlLifecycle.PipelineFlushFrame
  | controlLifecycle.HeartbeatFrame
  | controlLifecycle.OutputTransportReadyFrame
  | controlLifecycle.InputTransportStartAudioStreamingFrame
  | controlLifecycle.FrameProcessorPauseFrame
  | controlLifecycle.ServiceSwitcherRequestMetadataFrame
  | controlLifecycle.ServiceSwitcherFrame
  | controlLifecycle.ManuallySwitchServiceFrame
  | controlLlm.ProposedUserStoppedSpeakingFrame
  | controlLlm.LLMFullResponseStartFrame
  | controlLlm.LLMFullResponseEndFrame
  | controlLlm.LLMAssistantPushAggregationFrame
  | controlLlm.LLMThoughtStartFrame
  | controlLlm.LLMThoughtEndFrame
  | controlLlm.VisionFullResponseStartFrame
  | controlLlm.VisionFullResponseEndFrame
  | controlLlm.LLMSummarizeContextFrame
  | controlLlm.LLMContextSummaryRequestFrame
  | controlLlm.LLMContextSummaryResultFrame
  | controlLlm.FunctionCallInProgressFrame
  | controlMedia.TTSStartedFrame
  | controlMedia.TTSStoppedFrame
  | controlMedia.ServiceUpdateSettingsFrame
  | controlMedia.LLMUpdateSettingsFrame
  | controlMedia.TTSUpdateSettingsFrame
  | controlMedia.STTUpdateSettingsFrame
  | controlMedia.VADParamsUpdateFrame
  | controlMedia.AudioBufferStartRecordingFrame
  | controlMedia.AudioBufferStopRecordingFrame
  | controlMedia.FilterControlFrame
  | controlMedia.FilterUpdateSettingsFrame
  | controlMedia.FilterEnableFrame
  | controlMedia.MixerControlFrame
  | controlMedia.MixerUpdateSettingsFrame
  | controlMedia.MixerEnableFrame
  | controlMedia.VolumeFrame
  | controlMedia.VolumeGainFrame;

/**
 * Every frame of Slowcat, told apart by `type`: a `switch` over a `CoreFrame` can be exhaustive. RTVI's own
 * frames live with the RTVI processor and are not among them.
 */
export type CoreFrame = CoreSystemFrame | CoreDataFrame | CoreControlFrame;

/** The names of all core frames. */
export type CoreFrameType = CoreFrame['type'];
