import { describe, expect, it } from 'vitest';
import { reportJson, reportText } from './report.js';
import type { TurnReport } from './turn-collector.js';

const report: TurnReport = {
  transcript: "What is my dog's name?",
  reply: "Your dog's name is Potola.",
  recalled: [{ text: "My dog's name is Potola.", role: 'user', at: '2026-11-20T10:00:00.000Z', score: 3 }],
  ms: { total: 1500, endOfTurnWait: 800, stt: 300 },
  interrupted: false,
  errors: [],
};

describe('reports', () => {
  it('is one JSON object a line', () => {
    const line = reportJson(1, 'a.wav', report);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({ turn: 1, wav: 'a.wav', ...report });
  });

  it('shows a person what was heard, said, recalled and how long it took', () => {
    const text = reportText(report);
    for (const part of ["What is my dog's name?", 'Potola', '2026-11-20', '1500 ms', 'end-of-turn wait 800'])
      expect(text).toContain(part);
  });

  it('says so when nothing was heard', () => {
    expect(reportText({ ...report, transcript: '', reply: '', ms: null })).toMatch(
      /nothing heard[^]*no reply/,
    );
  });
});
