/** What tests are made of: scripted engines, a clock that stands still, a pipeline for one processor. */
export { createFakeEmbedder, type FakeEmbedderOptions } from './fake-embedder.js';
export {
  FakeLanguageModel,
  type FakeAnswer,
  type FakeLanguageModelOptions,
  type FakeToolAnswer,
  type FakeToolCall,
} from './fake-language-model.js';
export {
  FakeSpeechToText,
  type FakeSpeechToTextOptions,
  type FakeTranscription,
  type Heard,
} from './fake-speech-to-text.js';
export {
  createFakeTextToSpeech,
  type FakeTextToSpeech,
  type FakeTextToSpeechOptions,
} from './fake-text-to-speech.js';
export {
  FakeTurnEnd,
  type FakePrediction,
  type FakeTurnEndOptions,
  type Prediction,
} from './fake-turn-end.js';
export { createFakeVoiceActivity, type FakeVoiceActivityOptions } from './fake-voice-activity.js';
export { SleepFrame, runTest, type FrameClass, type RunTestOptions, type RunTestResult } from './run-test.js';
export {
  startScriptedOpenAiServer,
  type ScriptedAnswer,
  type ScriptedOpenAiServer,
  type ScriptedOpenAiServerOptions,
  type ScriptedRequest,
} from './scripted-openai-server.js';
export { VirtualClock } from './virtual-clock.js';
