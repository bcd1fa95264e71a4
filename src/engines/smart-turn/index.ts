export { createSmartTurn, defaultSmartTurnOptions } from './smart-turn.js';
export type { SmartTurnOptions } from './smart-turn.js';
