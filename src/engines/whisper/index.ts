export { createWhisper, defaultWhisperOptions } from './whisper.js';
export type { WhisperOptions, WhisperSetup } from './whisper.js';
export { defaultContextPolicy } from './context-policy.js';
export type { ContextPolicy } from './context-policy.js';
export { defaultSpeechThresholds } from './hallucinations.js';
export type { SpeechThresholds } from './hallucinations.js';
