/** Pipecat's test harness, `pipecat eval run`, with scenarios that need no judge but the text itself. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evalKind, installFolder } from './clients.js';
import { installClients } from './install.js';
import { Results } from './results.js';
import { Stage } from './stage.js';
import { scenarioFolder, scenarios } from './table.js';

const missing = (await installClients([evalKind])).get(evalKind.packages);
if (missing !== undefined) process.stdout.write(`  SKIPPED ${evalKind.title}: ${missing}\n`);

const results = new Results();
const stage = new Stage();
const logs = mkdtempSync(join(tmpdir(), 'slowcat-evals-'));
beforeAll(() => stage.open());
afterAll(async () => {
  await stage.close();
  results.write('evals');
  rmSync(logs, { recursive: true });
});

function runEval(scenario: string): Promise<{ code: number | null; output: string }> {
  const python = join(installFolder(evalKind.packages), 'bin', 'python');
  const options = ['--bot-url', stage.url(evalKind.path), '--logs-dir', logs, '--cache-dir', logs];
  const child = spawn(python, [
    '-m',
    'pipecat.evals',
    'run',
    join(scenarioFolder, scenario),
    '-v',
    '-t',
    '30',
    ...options,
  ]);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

describe.concurrent('pipecat eval', () => {
  it.skipIf(missing !== undefined).each([...scenarios])('%s', async (scenario) => {
    const { code, output } = await runEval(scenario);
    expect(code, output).toBe(0);
    results.passed(scenario, evalKind.title);
  });

  it.skipIf(missing !== undefined)('fails a scenario whose answer is another', async () => {
    const { code, output } = await runEval(join('unmet', 'another-answer.yaml'));
    expect(code, output).toBe(1);
    expect(output).toContain('Good evening.');
  });
});
