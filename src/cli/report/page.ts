import { bars, conversationStrip } from './pictures.js';
import { html, raw, type Html } from './escape.js';
import { knownStages } from './stages.js';
import { summarise, type TimelineSummary } from './summary.js';
import type { Timeline, TimelineTurn } from './timeline.js';

const style = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222; background: #fff }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.interrupted { color: #b35900 } .unanswered { color: #a00 }
svg { display: block; width: 100%; height: auto; margin: .5rem 0 1.5rem }
.legend span { display: inline-block; margin-right: 1rem } .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .3em }
`;

/** A session as one HTML page that asks for nothing: no script, no font, no picture from elsewhere. */
export function page(timeline: Timeline): string {
  const summary = summarise(timeline);
  const { turns } = timeline;
  return `<!doctype html>\n${
    html`<html lang="en">
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <meta name="viewport" content="width=device-width" />
      <title>Slowcat session ${timeline.session}</title>
      <style>
        ${raw(style)}
      </style>
      <h1>Session ${timeline.session}</h1>
      <p>${headline(summary)}</p>
      <h2>From the end of speech to the first sound</h2>
      ${legend()} ${bars(turns)} ${percentileTable(summary)}
      <h2>Who spoke when</h2>
      ${conversationStrip(turns)}
      <h2>Turns</h2>
      ${turnTable(turns, timeline.words)}
    </html>`.text
  }\n`;
}

function headline({
  startedAt,
  durationMs,
  turns,
  outcomes,
  tokens,
  recall,
  errors,
}: TimelineSummary): string {
  const failed = Object.entries(errors).map(([code, count]) => `${count} × ${code}`);
  return [
    `${startedAt}, ${durationMs === null ? 'cut off' : `${(durationMs / 1000).toFixed(1)} s`}`,
    `${turns} turns: ${outcomes.answered} answered, ${outcomes.interrupted} interrupted, ${outcomes.unanswered} unanswered`,
    `${tokens.prompt} prompt tokens (${tokens.cached} cached), ${tokens.completion} answered`,
    `${recall.memories} memories recalled, ${recall.late} recalls late`,
    failed.length === 0 ? 'no errors' : failed.join(', '),
  ].join(' · ');
}

function legend(): Html {
  const entries = knownStages
    .filter(({ stacks }) => stacks)
    .map(({ label, color }) => html`<span><i style="background:${color}"></i>${label}</span>`);
  return html`<p class="legend">${entries}</p>`;
}

function percentileTable({ stages }: TimelineSummary): Html {
  const labels = new Map(knownStages.map(({ key, label }) => [key, label]));
  const order = [...labels.keys()].filter((key) => stages[key] !== undefined);
  const others = Object.keys(stages).filter((key) => !labels.has(key));
  const rows = [...order, ...others].map((key) => {
    const { count, p50, p95, p99 } = stages[key] ?? { count: 0, p50: 0, p95: 0, p99: 0 };
    const cells = [count, p50, p95, p99].map((value) => html`<td class="n">${value}</td>`);
    return html`<tr>
      <td>${labels.get(key) ?? key}</td>
      ${cells}
    </tr>`;
  });
  return html`<table>
    <tr>
      <th>stage, ms</th>
      <th class="n">turns</th>
      <th class="n">p50</th>
      <th class="n">p95</th>
      <th class="n">p99</th>
    </tr>
    ${rows}
  </table>`;
}

function turnTable(turns: readonly TimelineTurn[], words: boolean): Html {
  const rows = turns.map((turn) => {
    const { recall, tokens } = turn;
    const recalled = recall
      ? `${recall.scores.length} in ${recall.tookMs} ms${recall.late ? ', late' : ''}: ${recall.scores.join(' ')}`
      : '';
    const said = words
      ? html`<td>${turn.words?.user ?? ''}</td>
          <td>${turn.words?.bot ?? ''}</td>`
      : raw('');
    return html`<tr>
      <td class="n">${turn.turn}</td>
      <td>${turn.kind}</td>
      <td class="n">${(turn.startMs / 1000).toFixed(1)}</td>
      <td class="${turn.outcome}">${turn.outcome}</td>
      <td class="n">${turn.stages?.['total'] ?? ''}</td>
      <td class="n">${tokens ? `${tokens.prompt} → ${tokens.completion}` : ''}</td>
      <td>${recalled}</td>
      <td>${turn.errors.join(', ')}</td>
      ${said}
    </tr>`;
  });
  const said = words ? raw('<th>user</th><th>bot</th>') : raw('');
  return html`<table>
    <tr>
      <th class="n">turn</th>
      <th>kind</th>
      <th class="n">at, s</th>
      <th>outcome</th>
      <th class="n">total, ms</th>
      <th class="n">tokens</th>
      <th>recalled (scores)</th>
      <th>errors</th>
      ${said}
    </tr>
    ${rows}
  </table>`;
}
