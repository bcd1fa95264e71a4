/** `npm start`: set-up, then the server. Arguments go to `slowcat serve`: `npm start -- --port 8080`. */
import { spawn } from 'node:child_process';
import { inRoot } from './lib/paths.mjs';
import { asProgram, setup } from './setup.mjs';

await asProgram(async () => {
  await setup({ quiet: true });
  const args = [inRoot('bin', 'slowcat.mjs'), 'serve', ...process.argv.slice(2)];
  const server = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // The terminal sends Ctrl-C to the server too; a second one would cut its orderly end short.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      server.kill(signal);
    });
  }
  await new Promise((resolve) => {
    server.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
      resolve(undefined);
    });
  });
});
