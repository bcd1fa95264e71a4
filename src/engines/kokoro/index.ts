export { createKokoro, defaultKokoroOptions } from './kokoro.js';
export type { KokoroOptions } from './kokoro.js';
export { defaultClauseOptions, splitClauses } from './clauses.js';
export type { ClauseOptions } from './clauses.js';
export { kokoroVoices } from './voices.js';
export type { KokoroVoice } from './voices.js';
