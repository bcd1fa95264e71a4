import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { clientKinds, evalKind } from './clients.js';
import { features } from './features.js';

export const page = join(import.meta.dirname, '..', '..', 'docs', 'pipecat.md');
const begin = '<!-- clients: written by test/interop/write-table.ts -->';
const end = '<!-- clients: end -->';

/** Files with scenarios of Pipecat's test harness. */
export const scenarioFolder = join(import.meta.dirname, 'evals');
export const scenarios: readonly string[] = readdirSync(scenarioFolder).filter((name) =>
  name.endsWith('.yaml'),
);

/** Whether the test of a cell has passed. */
export type HasPassed = (row: string, column: string) => boolean;

/**
 * The compatibility table, feature by client and version: `yes` where a test has passed, a note where no server could
 * make it pass.
 *
 * @throws where a test that should have passed has not
 */
export function table(hasPassed: HasPassed): string {
  const notes: string[] = [];
  const noteOf = (text: string): string => {
    if (!notes.includes(text)) notes.push(text);
    return `no (${notes.indexOf(text) + 1})`;
  };
  const yes = (row: string, column: string): string => {
    if (hasPassed(row, column)) return 'yes';
    throw new Error(`No test has passed for "${row}" with ${column}`);
  };
  const rows = features.map(({ title, lacks }) => [
    title,
    ...clientKinds.map((kind) => {
      const why = lacks?.(kind);
      return why === undefined ? yes(title, kind.title) : noteOf(why);
    }),
  ]);
  const harness = scenarios.map((name) => [`\`test/interop/evals/${name}\``, yes(name, evalKind.title)]);
  return [
    ...markdown(['', ...clientKinds.map(({ title, protocol }) => `${title} (RTVI ${protocol})`)], rows),
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
    ...markdown(['scenarios', evalKind.title], harness),
  ].join('\n');
}

const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);

/** The page with this table in it, formatted. */
export async function pageWith(newTable: string): Promise<string> {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for the table`);
  const whole = `${before}${begin}\n\n${newTable}\n\n${end}${after}`;
  return format(whole, { ...(await resolveConfig(page)), parser: 'markdown' });
}
