/** `npm run bench`: set-up, then the benchmarks. Arguments go to them. */
import { inRoot } from './lib/paths.mjs';
import { endOf } from './lib/run-command.mjs';
import { asProgram, setup } from './setup.mjs';

await asProgram(async () => {
  await setup({ quiet: true });
  const tsx = inRoot('node_modules', 'tsx', 'dist', 'cli.mjs');
  const { code } = await endOf(process.execPath, [tsx, inRoot('bench', 'run.ts'), ...process.argv.slice(2)], {
    show: true,
  });
  process.exitCode = code ?? 1;
});
