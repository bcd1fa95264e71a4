import type { TurnReport } from './turn-collector.js';

const stageNames: readonly (readonly [key: string, label: string])[] = [
  ['endOfTurnWait', 'end-of-turn wait'],
  ['stt', 'recognition (within the wait)'],
  ['memory', 'memory'],
  ['llmFirstToken', 'LLM first token'],
  ['firstClause', 'first clause'],
  ['ttsFirstAudio', 'TTS first audio'],
  ['output', 'output'],
];

/** One JSON object a line, for machines. */
export function reportJson(turn: number, source: string | null, report: TurnReport): string {
  return JSON.stringify({ turn, ...(source === null ? {} : { wav: source }), ...report });
}

/** A few lines for people. */
export function reportText(report: TurnReport): string {
  const lines = [
    `  you: ${report.transcript || '(nothing heard)'}`,
    `  bot: ${report.reply || '(no reply)'}`,
  ];
  for (const item of report.recalled)
    lines.push(`       remembered (${item.role}, ${item.at.slice(0, 10)}): ${item.text}`);
  const { ms } = report;
  if (ms !== null) {
    const stages = stageNames
      .filter(([key]) => ms[key] !== undefined)
      .map(([key, label]) => `${label} ${Math.round(ms[key] ?? 0)}`);
    lines.push(`       ${ms['total'] ?? 0} ms to first audio: ${stages.join(', ')}`);
  }
  for (const error of report.errors) lines.push(`       ! ${error}`);
  return lines.join('\n');
}
