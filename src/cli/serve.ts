import { mkdir } from 'node:fs/promises';
import { Command } from 'commander';
import { pino } from 'pino';
import type { Config } from '../config/index.js';
import { startVoiceServer } from '../server/voice-server.js';
import { addConfigFlags, allConfigKeys, configOf } from './config-flags.js';
import { fetchReporter } from './fetch-reporter.js';

/** `slowcat serve`: the voice server. */
export function serveCommand(): Command {
  const command = new Command('serve').description('run the voice server').action(run);
  return addConfigFlags(command, allConfigKeys);
}

async function run(options: Readonly<Record<string, unknown>>): Promise<void> {
  const config = configOf(options);
  // What is remembered is nobody else's: whatever this process creates, only its user can read.
  process.umask(0o077);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const reporter = fetchReporter();
  const stop = signalled();
  const starting = startVoiceServer({
    config,
    logger,
    onProgress: (progress) => reporter.report(progress),
    say: (line) => {
      reporter.close();
      console.log(line);
    },
  });
  const server = await Promise.race([starting, stop]);
  if (server === undefined) {
    // What was fetched stays; the engines' processes end with this one.
    console.log('\nStopped before it was ready.');
    process.exit(130);
  }
  console.log(ready(server.url, config));
  await stop;
  console.log('\nStopping …');
  await server.close();
}

function ready(url: string, config: Config): string {
  const socket = `${url.replace(/^http/, 'ws')}/ws`;
  return [
    '',
    `Slowcat listens at ${socket}`,
    `  talk to it       npx slowcat talk`,
    `  health           ${url}/health`,
    `  Pipecat clients  POST ${url}/connect`,
    `  memory in        ${config.dataDir}`,
    '  Ctrl-C stops it.',
  ].join('\n');
}

function signalled(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined));
  });
}
