/** One stage as a person reads it. */
export interface Stage {
  /** Its name in timelines. */
  readonly key: string;
  readonly label: string;
  /** True for what lies one behind the other from the end of speech to the first sound, and so adds up to `total`. */
  readonly stacks: boolean;
  readonly color: string;
}

/** In the order of time. */
export const knownStages: readonly Stage[] = [
  { key: 'endOfTurnWait', label: 'end-of-turn wait', stacks: true, color: '#8da0cb' },
  { key: 'stt', label: 'recognition (within the wait)', stacks: false, color: '#b3b3b3' },
  { key: 'memory', label: 'memory', stacks: true, color: '#66c2a5' },
  { key: 'llmFirstToken', label: 'LLM first token', stacks: true, color: '#fc8d62' },
  { key: 'firstClause', label: 'first clause', stacks: true, color: '#ffd92f' },
  { key: 'ttsFirstAudio', label: 'TTS first audio', stacks: true, color: '#e78ac3' },
  { key: 'output', label: 'output', stacks: true, color: '#a6d854' },
  { key: 'total', label: 'total', stacks: false, color: '#b3b3b3' },
];
