import { html, raw, type Html } from './escape.js';
import { knownStages } from './stages.js';
import type { TimelineTurn } from './timeline.js';

/** Units of the drawings; they scale with the page. */
const width = 1000;
const labelWidth = 60;
const rowHeight = 18;

/** A bar for each turn that was answered, its stages one behind the other. */
export function bars(turns: readonly TimelineTurn[]): Html {
  const answered = turns.flatMap(({ turn, stages }) => (stages ? [{ turn, stages }] : []));
  if (answered.length === 0) return html`<p>No turn was answered aloud.</p>`;
  const stacked = knownStages.filter(({ stacks }) => stacks);
  const lengthOf = (stages: Readonly<Record<string, number>>) =>
    stacked.reduce((sum, { key }) => sum + Math.max(0, stages[key] ?? 0), 0);
  const longest = Math.max(1, ...answered.map(({ stages }) => lengthOf(stages)));
  const scale = (width - 2 * labelWidth) / longest;
  const rows = answered.map(({ turn, stages }, row) => {
    let x = labelWidth;
    const y = row * rowHeight;
    const pieces = stacked.map(({ key, label, color }) => {
      const ms = Math.max(0, stages[key] ?? 0);
      const from = x;
      x += ms * scale;
      return html`<rect
        x="${from.toFixed(1)}"
        y="${y + 2}"
        width="${(ms * scale).toFixed(1)}"
        height="${rowHeight - 4}"
        fill="${color}"
        ><title>${label}: ${ms} ms</title></rect
      >`;
    });
    return html`<g
      ><text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end" font-size="12">${turn}</text>${pieces}<text
        x="${(x + 6).toFixed(1)}"
        y="${y + 13}"
        font-size="12"
        >${Math.round(lengthOf(stages))} ms</text
      ></g
    >`;
  });
  return drawing(answered.length * rowHeight, rows, 'stages of each turn');
}

/** The whole session on one line: above the user, below the bot. */
export function conversationStrip(turns: readonly TimelineTurn[]): Html {
  const last = turns.at(-1);
  if (!last) return html`<p>Nobody spoke.</p>`;
  const ends = turns.flatMap(({ startMs, userStoppedMs, botStartedMs, botStoppedMs }) => [
    startMs,
    userStoppedMs ?? 0,
    botStartedMs ?? 0,
    botStoppedMs ?? 0,
  ]);
  const endMs = ends.reduce((longest, end) => Math.max(longest, end), 1);
  const scale = (width - labelWidth) / endMs;
  const piece = (fromMs: number, toMs: number, y: number, color: string, title: string): Html =>
    html`<rect
      x="${(labelWidth + fromMs * scale).toFixed(1)}"
      y="${y}"
      width="${Math.max(1, (toMs - fromMs) * scale).toFixed(1)}"
      height="14"
      fill="${color}"
      ><title>${title}</title></rect
    >`;
  const pieces = turns.flatMap(
    ({ turn, kind, startMs, userStoppedMs, botStartedMs, botStoppedMs, outcome }) => [
      ...(kind === 'bot'
        ? []
        : [piece(startMs, userStoppedMs ?? startMs, 2, '#8da0cb', `turn ${turn}: ${kind}`)]),
      ...(botStartedMs === null
        ? []
        : [
            piece(
              botStartedMs,
              botStoppedMs ?? endMs,
              20,
              outcome === 'interrupted' ? '#fc8d62' : '#66c2a5',
              `turn ${turn}: ${outcome}`,
            ),
          ]),
    ],
  );
  const names = raw(
    '<text x="0" y="13" font-size="12">user</text><text x="0" y="31" font-size="12">bot</text>',
  );
  return drawing(40, [names, ...pieces], 'who spoke when');
}

function drawing(height: number, content: readonly Html[], name: string): Html {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">${content}</svg>`;
}
