export { createSilero, defaultSileroOptions } from './silero.js';
export type { SileroOptions } from './silero.js';
