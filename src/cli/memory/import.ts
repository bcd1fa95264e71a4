import type { Command } from 'commander';

import { common, count, withUser, type CommonOptions } from './common.js';
import type { MemoryCommandEdges } from './edges.js';
import { interruptedExitCode } from './export.js';
import { checkFile, importFile } from './import-file.js';
import { progress } from './progress.js';

interface ImportOptions extends CommonOptions {
  readonly skipBad?: true;
  readonly newIds?: true;
}

export function addImport(memory: Command, edges: MemoryCommandEdges): void {
  common(memory.command('import'))
    .description('turns out of a file of JSON objects, one a line: { id, at, speaker, role, text }')
    .argument('<file>', 'as export writes it; `at` may be Unix milliseconds')
    .option('--skip-bad', 'leave out lines that are not turns, instead of importing nothing')
    .option('--new-ids', 'number the turns anew instead of keeping their ids')
    .action((file: string, options: ImportOptions) =>
      edges.interruptible((signal) =>
        withUser(edges, options, async (user) => {
          const shown = progress('importing', edges);
          const rules = { skipBad: options.skipBad ?? false, newIds: options.newIds ?? false };
          try {
            const checked = await checkFile(file, user, rules, signal);
            for (const fault of checked.faults) edges.note(`  ${fault}`);
            const done = await importFile(file, checked, user, rules, signal, (turns) =>
              shown.report(turns, checked.turns),
            );
            shown.end();
            if (done === undefined) {
              edges.note('Interrupted. Nothing was imported.');
              edges.fail(interruptedExitCode);
              return;
            }
            const result = { ...done, known: checked.known, bad: checked.bad };
            edges.print(options.json ? JSON.stringify(result) : describe(result, user.id));
          } finally {
            shown.end();
          }
        }),
      ),
    );
}

function describe(
  { imported, refused, known, bad }: { imported: number; refused: number; known: number; bad: number },
  user: string,
): string {
  const parts = [
    `Imported ${count(imported, 'turn')} for ${user}.`,
    ...(known > 0 ? [`${count(known, 'turn')} had been there already.`] : []),
    ...(refused > 0 ? [`${count(refused, 'turn')} without words left out.`] : []),
    ...(bad > 0 ? [`${count(bad, 'bad line')} skipped.`] : []),
  ];
  return parts.join(' ');
}
