export {
  ContextWindow,
  type ContextWindowOptions,
  type FittedPrompt,
  type WindowPath,
} from './context-window.js';
export { digestHeader, type WindowMessage } from './digest.js';
export {
  contextPresets,
  presetTokens,
  windowShares,
  type ContextPreset,
  type WindowShares,
} from './shares.js';
