import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const turnLog = new URL('./turn-log.ts', import.meta.url).href;
const userId = new URL('../user-id.ts', import.meta.url).href;

export interface Child {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly lines: string[];
  /** Resolves to the exit code, null after a signal. */
  readonly over: Promise<number | null>;
}

/**
 * Runs a script in a process of its own with `log` open on a folder, `anna` as a user and `print` for lines.
 * @param limit a shell command that comes first, such as `ulimit`
 */
export function startChild(folder: string, script: string, limit = 'true'): Child {
  const whole = `
    const { TurnLog } = await import(${JSON.stringify(turnLog)});
    const { userKey } = await import(${JSON.stringify(userId)});
    const print = (line) => process.stdout.write(line + '\\n');
    const anna = userKey('anna');
    const quiet = { idleMs: Infinity, scrubEveryMs: Infinity };
    const open = () => TurnLog.open(${JSON.stringify(folder)}, () => crypto.randomUUID(), quiet);
    const coded = (error) => print('error ' + (error.code ?? error.stack));
    ${script}
  `;
  const child = spawn(
    'bash',
    ['-c', `${limit} && exec "$0" --import tsx --input-type=module -e "$1"`, process.execPath, whole],
    {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const over = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(
    ([[code]]) => code as number | null,
  );
  return { process: child, lines, over };
}
