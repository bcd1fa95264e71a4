export { createMiniLm, defaultMiniLmOptions } from './minilm.js';
export type { MiniLmOptions } from './minilm.js';
